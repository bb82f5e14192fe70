//! Function words, without accents.
//!
//! Own lists of what grammars call closed classes: articles, pronouns, prepositions, conjunctions, auxiliary
//! verbs. Left out on purpose: negations (`not reading` isn't `reading`), and greetings, which belong in a
//! help desk's own glossary.

/// Portuguese; `no` is `em` + `o`.
pub const PORTUGUESE: &str = "\
a ao aos aquela aquelas aquele aqueles aquilo as ate com como cuja cujo da daquela daquele das de dela delas \
dele deles depois desde dessa desse desta deste disso disto do dos durante e ela elas ele eles em enquanto \
entre era eram essa essas esse esses esta estao estamos estar estas estava estavam este esteja estes esteve \
estive estou eu foi fomos for foram fosse fui ha havia houve isso isto ja la lhe lhes mais mas me mesma mesmo \
meu meus minha minhas muito na nas nela nele nessa nesse nesta neste no nos nossa nossas nosso nossos num \
numa o onde os ou para pela pelas pelo pelos per perante pois por porque pra qual quais quando quanto que \
quem se seja sejam ser sera serao seu seus sido so sob sobre sou sua suas tambem tao tem temos tendo tenha \
tenho ter teve teu tinha tinham tive toda todas todo todos tu tua um uma umas uns vos voce voces";

/// English, with what the apostrophe leaves of a contraction.
pub const ENGLISH: &str = "\
a about after all also am an and any are as at be because been before being between both but by can could d \
did do does doing during each for from had has have having he her here hers him his how i if in into is it \
its just ll m may me might more most must my of on once only or other our ours own re s same shall she should \
so some such t than that the their theirs them then there these they this those through to too until upon us \
ve very was we were what when where whether which while who whom whose why will with would you your yours";
