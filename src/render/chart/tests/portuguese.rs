//! Figures for readers of Portuguese.

use chrono_tz::Tz;

use super::*;
use crate::paper::{Assurance, Control, Detail, Panel, Point, Segment, Span, SpanKind, Variation};

const PT: Locale = Locale::PtPt;

fn portuguese(kind: ChartKind, unit: &str, categories: &[&str], series: &[(&str, &[f64])]) -> Figure {
    Figure { locale: PT, y_label: "Cumprimento".into(), ..figure(kind, unit, categories, series) }
}

fn drawn(figure: &Figure) -> String {
    svg(figure, "f").expect("drawn").replace('\u{a0}', " ")
}

fn has(svg: &str, labels: &[&str]) {
    for label in labels {
        assert!(svg.contains(&format!(">{label}<")), "{label} in {svg}");
    }
}

fn fills(svg: &str) -> Vec<&str> {
    svg.split("fill=\"#").skip(1).map(|rest| &rest[..6]).collect()
}

#[test]
fn numbers_and_months_are_those_of_the_cldr() {
    let line = drawn(&portuguese(ChartKind::Line, "%", &MONTHS, &[("Resolução", &[0.905, GAP, 0.9523])]));
    has(&line, &["Resolução 95,2%", "objetivo 95%", "jul.", "set.", "2026"]);
    has(&line, &["Cumprimento (o eixo começa em 90%)"]);
    let bars = portuguese(ChartKind::Bar, "", &["a"], &[("n", &[12_345.5])]);
    has(&drawn(&Figure { target: None, ..bars }), &["12 345,5"]);
    let slope = portuguese(ChartKind::Slope, "", &MONTHS[..2], &[("a", &[1.5, 2.5]), ("b", &[GAP, 4.0])]);
    has(&drawn(&slope), &["a  1,50", "4  b (novo)", "jul. de 2026"]);
}

#[test]
fn words_are_translated_in_every_kind() {
    let control = Control {
        mean: 0.9,
        limits: vec![Some([0.84, 0.96]); 3],
        variations: vec![Variation::Common, Variation::Common, Variation::Concern],
        assurance: Some(Assurance::HitOrMiss),
        is_trial: true,
    };
    let values = vec![Some(0.9), Some(0.91), Some(0.8)];
    let panel = Panel { name: "No local".into(), values, target: Some(0.95), control: Some(control) };
    let spc = Figure { panels: vec![panel], ..portuguese(ChartKind::Spc, "%", &MONTHS, &[]) };
    has(
        &drawn(&spc),
        &[
            "causa especial: preocupação",
            "objetivo ora atingido, ora falhado",
            "média 90,0%",
            "limite 96,0%",
            "Cumprimento (o eixo começa em 80%) · limites provisórios: menos de 12 meses",
        ],
    );
    let point = |series: &str, x, y| Point {
        series: series.into(),
        x,
        y,
        lower: None,
        upper: None,
        limits: Some([0.8, 0.95, 0.7, 0.99]),
    };
    let points = vec![point("a", 0.5, 0.5), point("a", 3.2, 0.9), point("b", 100.0, 0.4)];
    let marked = |kind, x_label: &str| Figure {
        points: points.clone(),
        target: Some(0.905),
        x_label: x_label.into(),
        ..portuguese(kind, "%", &[], &[])
    };
    has(
        &drawn(&marked(ChartKind::Ecdf, "Percentagem do limite usada")),
        &["limite", "a · P50 50% · P90 &gt;300%"],
    );
    has(&drawn(&marked(ChartKind::Mcf, "Idade (dias)")), &["Idade (meses)"]);
    let funnel = drawn(&marked(ChartKind::Funnel, "Decididos"));
    has(&funnel, &["dentro dos limites de 95%", "limites de 99,8%", "média 90,5%"]);
    let mut week = portuguese(ChartKind::Heatmap, "%", &["9", "10"], &[("segunda", &[0.5, GAP])]);
    week.points = vec![Point { limits: None, ..point("segunda", 0.0, 1.0) }];
    has(&drawn(&week), &["Cumprimento em %", "até 10", "demasiado poucos", "horário de suporte"]);
    let parts = ["Tudo", "Fora do horário", "Contado", "Limite"];
    let late: &[f64] = &[100.5, 70.25, 30.25, 24.0];
    has(
        &drawn(&portuguese(ChartKind::Waterfall, "h", &parts, &[("T1", late)])),
        &["100,5 h", "30,2 h, 6,2 h em excesso", "limite 24 h"],
    );
    let span = |kind, from_h, until_h| Span { kind, name: "x".into(), from_h, until_h };
    let spans = vec![
        span(SpanKind::Running, 0.0, 30.0),
        span(SpanKind::Paused, 30.0, 50.0),
        span(SpanKind::Closed, 9.0, 24.0),
        span(SpanKind::Limit, 20.0, 20.0),
    ];
    let lane =
        Figure { spans, x_label: "Tempo real".into(), ..portuguese(ChartKind::Timeline, "", &[], &[]) };
    has(
        &drawn(&lane),
        &["relógio a contar", "acima do limite", "em pausa", "fora do horário", "Tempo real (horas)"],
    );
    let pareto = portuguese(ChartKind::Pareto, "h", &["a", "b"], &[("h", &[6.5, 3.5])]);
    has(&drawn(&pareto), &["6,5 h · 65,0%"]);
    assert!(svg(&portuguese(ChartKind::Bar, "", &[], &[]), "f").is_err_and(|text| text.starts_with("Nada")));
}

#[test]
fn colours_do_not_depend_on_the_language() {
    let values: &[f64] = &[1.0, 2.0, 3.0];
    let words = ["missed", "kept", "closed hours", "met", "breached", "undecided", "work", "queue"];
    for pair in words.windows(2) {
        let english = figure(ChartKind::Bar, "", &MONTHS, &[(pair[0], values), (pair[1], values)]);
        let own = [PT.text(pair[0]), PT.text(pair[1])];
        assert!(own[0] != pair[0] && own[1] != pair[1], "{pair:?}");
        let translated = portuguese(ChartKind::Bar, "", &MONTHS, &[(own[0], values), (own[1], values)]);
        assert_eq!(fills(&drawn(&english)), fills(&drawn(&translated)), "{pair:?}");
    }
    assert_eq!(colour::of_ends("Fora do prazo", PT), colour::of_ends("Missed", Locale::EnGb));
    assert_ne!(colour::of_ends("Dentro do prazo", PT), colour::of_ends("Fora do prazo", PT));
}

#[test]
fn small_marks_are_described() {
    let svg = sparkline(&[Some(0.9), None, Some(0.9996)], Some(0.95), PT);
    assert!(svg.contains(
        "<title>Valores mensais</title><desc>Do mais antigo ao mais recente: 90,0%, nenhum, &gt;99,9%; objetivo 95,0%</desc>"
    ));
    let segment = Segment { from_at: 0, until_at: 3_600, kind: "queue".into(), holder: None, counted_s: 60 };
    let detail = Detail {
        row: 0,
        name: "T1".into(),
        facts: vec![],
        segments: vec![segment],
        due_at: Some(1_800),
        figure: None,
    };
    assert!(lane(&detail, "d", Tz::UTC, PT).contains(
        "<title id=d-t>Cronologia</title><desc id=d-d>1 segmento de 1970-01-01 00:00 a 1970-01-01 01:00. \
         O limite esgotou-se em 1970-01-01 00:30. A tabela abaixo tem cada um.</desc>"
    ));
}
