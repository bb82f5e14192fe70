//! What callers write: phrases with gaps, in English and Portuguese.
//!
//! Gaps: `{n}` a number, `{a}` an amount, `{t}` a time of day, `{u}` a user,
//! `{m}` the module, `{c}` the error code, `{v}` the hardware model.

use crate::draw::Draw;

pub struct Phrases {
    pub english: &'static [&'static str],
    pub portuguese: &'static [&'static str],
}

pub struct Gaps<'a> {
    pub module: &'a str,
    pub error_code: &'a str,
    pub model: &'a str,
}

pub fn summary(phrases: &Phrases, is_portuguese: bool, gaps: &Gaps, draw: &mut Draw) -> String {
    let choice = if is_portuguese { phrases.portuguese } else { phrases.english };
    let mut text = fill(draw.pick(choice), gaps, draw);
    if draw.chance(0.03) {
        text.push_str(if is_portuguese { "\nUtilizador: " } else { "\nUser: " });
        text.push_str(&fill("{u}\nTerminal: {n}", gaps, draw));
    } else if draw.chance(0.03) {
        text.push_str(if is_portuguese { ", \"muito urgente\"" } else { ", caller says \"very urgent\"" });
    }
    text
}

fn fill(phrase: &str, gaps: &Gaps, draw: &mut Draw) -> String {
    let mut text = String::with_capacity(phrase.len() + 24);
    let mut parts = phrase.split('{');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (gap, rest) = part.split_once('}').expect("every gap is closed");
        match gap {
            "m" => text.push_str(gaps.module),
            "c" => text.push_str(gaps.error_code),
            "v" => text.push_str(gaps.model),
            "n" => text.push_str(&draw.between(2, 9_900).to_string()),
            "a" => text.push_str(&format!(
                "{},{:03}.{:02}",
                draw.between(1, 90),
                draw.below(1_000),
                draw.below(100)
            )),
            "t" => text.push_str(&format!("{:02}:{:02}", draw.between(8, 19), draw.below(60))),
            _ => text.push_str(&format!("usr{:03}", draw.below(400))),
        }
        text.push_str(rest);
    }
    text
}

/// By model, in the order of `MODELS`.
pub const HARDWARE: [Phrases; 8] = [
    Phrases {
        english: &[
            "Server {v} beeps and shows an amber light",
            "Server restarted by itself at {t}",
            "Disk {n} failed in the branch server",
            "Branch server unreachable since {t}, ping times out",
        ],
        portuguese: &[
            "Servidor reiniciou sozinho às {t}",
            "Disco com falha no servidor da agência",
            "Servidor sem resposta desde as {t}",
        ],
    },
    Phrases {
        english: &[
            "Workstation of {u} does not start",
            "Screen of counter {n} stays black",
            "Keyboard at desk {n} types wrong characters",
            "Workstation very slow after login, fan is loud",
            "Blue screen at counter {n}, it says \"memory management\"",
        ],
        portuguese: &[
            "Posto de trabalho {n} não arranca",
            "Ecrã preto no balcão {n}",
            "Computador do utilizador {u} muito lento",
        ],
    },
    Phrases {
        english: &[
            "Document scanner {v}: paper jam",
            "Scanner gives blank pages",
            "Scanner not found by {m}",
            "Scanned cheques have a dark line",
        ],
        portuguese: &[
            "Digitalizador encrava papel",
            "Digitalização sai em branco",
            "Scanner não detectado em {m}",
        ],
    },
    Phrases {
        english: &[
            "Scanner {v} takes two sheets at once",
            "Scanner {v} offline at {t}",
            "Scan of contract {n} cut off at the bottom",
        ],
        portuguese: &["Digitalizador {v} desligado", "Scanner puxa duas folhas"],
    },
    Phrases {
        english: &[
            "Receipt printer does not cut paper",
            "Printer at counter {n} prints pale receipts",
            "Receipt printer offline, red light",
            "Paper jam in receipt printer {v}",
        ],
        portuguese: &[
            "Impressora de talões não imprime",
            "Talões ilegíveis no balcão {n}",
            "Papel encravado na impressora {v}",
        ],
    },
    Phrases {
        english: &[
            "Card reader does not accept cards",
            "Reader {v} reads the chip only at the third try",
            "Pin pad of reader {n} frozen",
        ],
        portuguese: &["Leitor de cartões não lê o chip", "Leitor {v} bloqueado no balcão {n}"],
    },
    Phrases {
        english: &[
            "Cash dispenser out of service: note jam",
            "Dispenser {v} counted {n} notes too few",
            "Dispenser shows error on cassette {n}",
            "Cash dispenser stopped during payout of {a}",
        ],
        portuguese: &[
            "Dispensador de notas encravado",
            "Dispensador fora de serviço desde as {t}",
            "Erro na cassete do dispensador {v}",
        ],
    },
    Phrases {
        english: &[
            "Power supply {v} beeps all the time",
            "Battery warning on {v}",
            "UPS switched off at {t}",
        ],
        portuguese: &["Bateria da UPS com alarme", "UPS {v} a apitar desde as {t}"],
    },
];

pub const SOFTWARE: Phrases = Phrases {
    english: &[
        "{m}: error {c} when posting transfer of {a}",
        "{m} closes without a message after entering account {n}",
        "Message \"{c}: record locked by {u}\" in {m}",
        "Balance in {m} differs by {a} from the printed statement",
        "{m} stops responding, hourglass since {t}",
        "{c} while opening {m}, other modules work",
        "Interest for account {n} calculated wrongly, expected {a}",
        "Report {n} in {m} is empty",
        "{m}: cannot save changes, error {c}",
        "Printout of {m} has wrong date, amount {a} is right",
        "Login to {m} refused for {u}, password was changed yesterday",
        "Nightly batch step {n} ended with {c}",
        "Search by name in {m} finds nothing",
        "Transfer file {n} rejected, reason \"{c}\"",
    ],
    portuguese: &[
        "{m}: erro {c} ao lançar {a}",
        "Mensagem \"{c}: registo bloqueado\" em {m}",
        "Saldo da conta {n} errado, diferença de {a}",
        "{m} fecha sozinho depois de gravar",
        "Não consigo entrar em {m}, utilizador {u}",
        "Relatório {n} sai vazio",
        "Fecho do dia parado no passo {n}, código {c}",
        "Ficheiro de transferências {n} rejeitado, \"{c}\"",
        "{m} muito lento desde as {t}",
    ],
};

pub const QUESTION: Phrases = Phrases {
    english: &[
        "How do I reverse a booking of {a} in {m}?",
        "Where can I change the limit for user {u}?",
        "Which report shows movements after {t}?",
        "How to print a duplicate receipt, number {n}",
        "Can {m} export to a spreadsheet?",
        "What does the grey field in {m} mean?",
        "How to add a joint holder to account {n}",
        "Is it possible to sort the list in {m} by amount?",
        "Please explain the rounding in {m}, e.g. {a}",
    ],
    portuguese: &[
        "Como anular um movimento de {a} em {m}?",
        "Onde se altera o limite do utilizador {u}?",
        "Como imprimir segunda via do talão {n}?",
        "O que significa o campo cinzento em {m}?",
        "Dúvida sobre arredondamento em {m}, valor {a}",
        "Como juntar um titular à conta {n}?",
    ],
};

pub const UPDATE: Phrases = Phrases {
    english: &[
        "Please install correction {n} for {m}",
        "Update of rate tables for {m}",
        "Install service pack {n}, after {t} only",
        "New tax table needed in {m}",
    ],
    portuguese: &["Instalar correcção {n} em {m}", "Actualizar tabela de taxas, {m}"],
};

pub const UPGRADE: Phrases = Phrases {
    english: &[
        "Move branch server to a newer operating system",
        "Upgrade of database for {m}, offer requested",
        "Change to graphical interface of {m} for {n} users",
    ],
    portuguese: &["Migração do servidor para novo sistema operativo", "Mudança de base de dados de {m}"],
};

pub const INTEGRATION: Phrases = Phrases {
    english: &[
        "Connect new card reader type to {m}",
        "Interface between {m} and the ledger of head office",
        "Integrate queue ticket machine, protocol version {n}",
    ],
    portuguese: &["Ligar novo equipamento a {m}", "Interface de {m} com o arquivo central"],
};

pub const CHATTY: Phrases = Phrases {
    english: &["Good morning, it does not work again, please call back"],
    portuguese: &["Bom dia, voltou a não funcionar, favor ligar"],
};

pub const WEAR: Phrases = Phrases {
    english: &[
        "Scanner {v}: feed roller slips, pages skewed",
        "Scanner {v} feeds pages crooked, roller worn",
        "Feed roller of scanner {v} slips again",
    ],
    portuguese: &[
        "Digitalizador {v}: rolo de alimentação patina",
        "Rolo do scanner {v} gasto, folhas tortas",
    ],
};

pub const HOW_TO: Phrases = Phrases {
    english: &[
        "How do I confirm the till count in the new day-close screen?",
        "Where is the till count in the new day-close screen?",
    ],
    portuguese: &[
        "Como confirmar a contagem de caixa no novo ecrã de fecho?",
        "Onde se confirma a contagem de caixa no novo ecrã de fecho?",
        "Novo ecrã de fecho: como confirmo a contagem de caixa?",
    ],
};

pub const ERROR_CODE: Phrases = Phrases {
    english: &[
        "Payments: ORA-BK-4711 when confirming a batch of {n} orders",
        "ORA-BK-4711 in Payments, batch {n} not sent",
        "Batch {n} stops with \"ORA-BK-4711: value out of range\"",
    ],
    portuguese: &["Pagamentos: ORA-BK-4711 ao confirmar lote {n}", "Lote {n} parado com \"ORA-BK-4711\""],
};

pub const BAD_UNIT: Phrases = Phrases {
    english: &[
        "Receipt printer {v} stops in the middle of a receipt",
        "Printer {v} dead until switched off and on",
    ],
    portuguese: &["Impressora {v} pára a meio do talão", "Impressora {v} bloqueada outra vez"],
};

pub const BURST: Phrases = Phrases {
    english: &[
        "Power cut at {t}, device does not come back",
        "No power at counter {n} since {t}",
        "After the power cut the device stays off",
    ],
    portuguese: &["Falha de energia às {t}, equipamento não liga", "Sem luz na agência desde as {t}"],
};
