//! Finds all concepts in a caller's words in one pass, sees which of them are meant as said, and which rules fire.

use super::normalise::{Words, number};
use super::phrases::drop_masked;
use super::rules::{Book, ConceptId, Role, Rule, book};
use super::weights::{Opinion, Scores, WeightId, start};
use std::ops::Range;

/// One phrase found.
#[derive(Debug, Clone)]
struct Hit {
    concept: ConceptId,
    words: Range<usize>,
    meant: bool,
}

/// A rule that fired.
#[derive(Debug, Clone)]
pub(super) struct Fired {
    pub(super) rule: &'static Rule,
    /// The first words that fired it.
    pub(super) words: Range<usize>,
    /// Where it fired last.
    pub(super) last: usize,
    /// Whether it is meant as said: not negated, not a "what if", not over.
    pub(super) meant: bool,
}

/// What was found in some words.
pub(super) struct Found {
    book: &'static Book,
    /// Where concepts are meant.
    meant: Places,
    /// Where concepts are named at all.
    all: Places,
    /// Words that weigh something by themselves.
    weighed: Vec<(WeightId, Range<usize>)>,
}

impl Found {
    /// Searches the words once.
    pub(super) fn new(words: &Words) -> Self {
        let book = book();
        let (mut hits, weighed) = phrases(book, words);
        if let Some(many) = book.concept("many") {
            hits.extend(counted(words).into_iter().map(|(words, _)| Hit { concept: many, words, meant: true }));
        }
        let masks =
            hits.iter().filter(|hit| book.roles[hit.concept] == Role::Mask).map(|hit| hit.words.clone()).collect();
        drop_masked(&mut hits, masks, |hit| &hit.words);
        mark(book, words, &mut hits);
        hits.sort_unstable_by_key(|hit| (hit.concept, hit.words.start, hit.words.end));
        let meant = Places::of(hits.iter().filter(|hit| hit.meant));
        Self { book, meant, all: Places::of(hits.iter()), weighed }
    }

    /// Words that weigh something by themselves, and where they stand.
    pub(super) fn weighed(&self) -> &[(WeightId, Range<usize>)] {
        &self.weighed
    }

    /// Every concept that was named, whether it is meant as said, and its first place.
    pub(super) fn concepts(&self) -> impl Iterator<Item = (ConceptId, bool, &Range<usize>)> {
        self.all.concepts().map(|(id, named)| {
            let meant = self.meant.of_concept(id).first();
            (id, meant.is_some(), meant.unwrap_or(named))
        })
    }

    /// What all that was found adds up to.
    pub(super) fn scores(&self, words: &Words, fired: &[Fired], opinion: &Opinion) -> Scores<'static> {
        Scores::new(self.book, words, self, fired, opinion)
    }

    /// The names of all evidence that weights can be learned for, and how much each piece counts.
    pub(super) fn evidence(&self, words: &Words, fired: &[Fired]) -> (Vec<String>, f64) {
        super::weights::evidence(self.book, words, self, fired)
    }

    /// Places where a concept is meant as said.
    pub(super) fn meant(&self, concept: &str) -> &[Range<usize>] {
        self.book.concept(concept).map_or(&[], |id| self.meant.of_concept(id))
    }

    /// Places where a concept is named at all.
    pub(super) fn named(&self, concept: &str) -> &[Range<usize>] {
        self.book.concept(concept).map_or(&[], |id| self.all.of_concept(id))
    }

    /// Whether a concept is meant within so many words of a place.
    pub(super) fn near(&self, concept: &str, place: usize, window: usize) -> bool {
        nearest(&[self.meant(concept)], place, window, |_| true).is_some()
    }

    /// Everything named that can fail, and meant as said: the concept's name and where.
    pub(super) fn things(&self) -> impl Iterator<Item = (&str, &Range<usize>)> {
        let meant = self.meant.concepts.iter().zip(&self.meant.words);
        meant.filter(|(id, _)| self.book.roles[**id] == Role::Thing).map(|(id, place)| (self.book.name(*id), place))
    }

    /// How many phrases were found.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.all.words.len()
    }

    /// Every rule that fires, meant or not, in the order of the files.
    pub(super) fn fired(&self, words: &Words) -> Vec<Fired> {
        let mut begun: Vec<usize> = self.all.concepts().flat_map(|(id, _)| &self.book.begins[id]).copied().collect();
        begun.sort_unstable();
        begun.dedup();
        let rules = begun.into_iter().map(|rule| &self.book.rules[rule]);
        rules
            .filter_map(|rule| fires(rule, words, &self.meant, true).or_else(|| fires(rule, words, &self.all, false)))
            .collect()
    }
}

/// The places of concepts, those of one concept side by side and in order.
#[derive(Debug, Default)]
struct Places {
    concepts: Vec<ConceptId>,
    words: Vec<Range<usize>>,
}

impl Places {
    /// From hits that are sorted by concept and place.
    fn of<'a>(hits: impl Iterator<Item = &'a Hit>) -> Self {
        let (concepts, words) = hits.map(|hit| (hit.concept, hit.words.clone())).unzip();
        Self { concepts, words }
    }

    fn of_concept(&self, id: ConceptId) -> &[Range<usize>] {
        let from = self.concepts.partition_point(|known| *known < id);
        let to = from + self.concepts[from..].partition_point(|known| *known == id);
        &self.words[from..to]
    }

    /// Every concept that is there, and its first place.
    fn concepts(&self) -> impl Iterator<Item = (ConceptId, &Range<usize>)> {
        let firsts = (0..self.concepts.len()).filter(|at| *at == 0 || self.concepts[at - 1] != self.concepts[*at]);
        firsts.map(|at| (self.concepts[at], &self.words[at]))
    }
}

/// The places of all phrases, and of the words that weigh something.
fn phrases(book: &Book, words: &Words) -> (Vec<Hit>, Vec<(WeightId, Range<usize>)>) {
    let (mut hits, mut weighed) = (Vec::new(), Vec::new());
    for (range, meaning) in book.phrases.said_in(words) {
        weighed.extend(meaning.weight.map(|id| (id, range.clone())));
        hits.extend(meaning.concepts.iter().map(|id| Hit { concept: *id, words: range.clone(), meant: true }));
    }
    let starts = (0..words.words.len()).filter_map(|at| Some((at, book.starts.get(start(words.stem(at))?)?)));
    weighed.extend(starts.map(|(at, id)| (*id, at..at + 1)));
    (hits, weighed)
}

/// Marks what a negation, a supposition or a happy end takes back.
fn mark(book: &Book, words: &Words, hits: &mut [Hit]) {
    let lay = Layout::new(book, words, hits);
    // Negations first: a happy end that is denied ("it is not fixed") takes nothing back.
    let denials = ["negation", "none", "no_sign", "unfixed"].map(|name| book.concept(name));
    let denies = |hit: &&Hit| denials.contains(&Some(hit.concept));
    let mut taken: Vec<Option<Range<usize>>> = vec![None; words.words.len() + 1];
    // A turn that opens with "no" answers a question: it denies what was asked, not what follows.
    let answers = |hit: &&Hit| hit.words.len() == 1 && words.at(hit.words.start) == "no" && lay.opens(hit.words.start);
    hits.iter().filter(denies).filter(|hit| !answers(hit)).for_each(|hit| lay.take_back(book, hit, &mut taken));
    let denied = taken.clone();
    let others = hits.iter().filter(|hit| !denies(hit) && denied[hit.words.start].is_none());
    others.for_each(|hit| lay.take_back(book, hit, &mut taken));
    for hit in hits.iter_mut() {
        let taken = if book.roles[hit.concept] == Role::Wish { &denied } else { &taken };
        let scope = taken[hit.words.start].as_ref();
        let inside = |scope: &Range<usize>| hit.words.start <= scope.start && scope.end <= hit.words.end;
        hit.meant = scope.is_none_or(inside);
    }
}

/// What bounds the reach of a scope, word by word.
struct Layout {
    turns: Vec<usize>,
    breaks: Vec<bool>,
    things: Vec<bool>,
    /// The furthest end of a phrase that covers a word: "not working" ends the reach of its own "not".
    covered: Vec<usize>,
}

impl Layout {
    fn new(book: &Book, words: &Words, hits: &[Hit]) -> Self {
        let count = words.words.len() + 1;
        let turns = words.words.iter().map(|word| word.turn).collect();
        let mut lay = Self { turns, breaks: vec![false; count], things: vec![false; count], covered: vec![0; count] };
        for hit in hits {
            let role = book.roles[hit.concept];
            match role {
                Role::Break => lay.breaks[hit.words.start] = true,
                Role::Thing => lay.things[hit.words.start] = true,
                _ => {}
            }
            if matches!(role, Role::Plain | Role::Thing) && hit.words.len() > 1 {
                for at in hit.words.clone() {
                    lay.covered[at] = hit.words.end.max(lay.covered[at]);
                }
            }
        }
        lay
    }

    /// Whether a word is the first of its turn.
    fn opens(&self, at: usize) -> bool {
        at.checked_sub(1).is_none_or(|before| self.turns.get(before) != self.turns.get(at))
    }

    /// Marks the words that one scope takes back.
    fn take_back(&self, book: &Book, hit: &Hit, taken: &mut [Option<Range<usize>>]) {
        let Role::Scope { after, before } = book.roles[hit.concept] else { return };
        let here = self.turns.get(hit.words.start);
        let mut reach = hit.words.end.saturating_add(after).min(self.turns.len());
        let cover = self.covered[hit.words.start];
        if cover > hit.words.end {
            reach = reach.min(cover);
        }
        for at in (hit.words.end..reach).take_while(|at| !self.breaks[*at] && self.turns.get(*at) == here) {
            taken[at] = Some(hit.words.clone());
        }
        for at in (hit.words.start.saturating_sub(before)..hit.words.start).rev() {
            if self.breaks[at] || self.turns.get(at) != here {
                break;
            }
            taken[at] = Some(hit.words.clone());
            // "The server is down, the printer is fixed" is about the printer.
            if self.things[at] {
                break;
            }
        }
    }
}

/// "six of us", "tres personas": places and numbers, two and more.
pub(super) fn counted(words: &Words) -> Vec<(Range<usize>, u32)> {
    const PEOPLE: &str = " people users user guys employees workers staff clerks nurses techs agents drivers cashiers \
        computers machines pcs stations workstations terminals desks branches locations stores sites offices \
        registers phones nurses teachers kids members tellers reps engineers techs dispatchers cooks waiters rooms \
        chairs lanes tablets scanners servers switches devices clinics schools plants warehouses departments floors \
        patients guests customers residents passengers trucks buses lines kiosks pumps screens handhelds \
        girls ladies folks men women temps interns contractors analysts designers editors \
        doctores pacientes huespedes clientes camiones telefonos pantallas plantas compas contadores abogados \
        ingenieros maestros alumnos repartidores vendedores registers phones coworkers lawyers attorneys doctors teachers students drafters operators clients \
        personas usuarios empleados companeros maquinas computadoras equipos ordenadores sucursales tiendas \
        oficinas cajas cajeros terminales enfermeras meseros choferes trabajadores ";
    let mut found = Vec::new();
    for at in 0..words.words.len() {
        let Some(n) = number(words.at(at)).filter(|n| (2..10_000).contains(n)) else { continue };
        let noun = |word: &str| !word.is_empty() && PEOPLE.contains(&format!(" {word} "));
        let of =
            matches!(words.at(at + 1), "of" | "de") && matches!(words.at(at + 2), "us" | "them" | "nosotros" | "ellos");
        if of {
            found.push((at..at + 3, n));
        } else if noun(words.at(at + 1)) {
            found.push((at..at + 2, n));
        } else if noun(words.at(at + 2)) && number(words.at(at + 1)).is_none() {
            found.push((at..at + 3, n));
        } else if (at.saturating_sub(2)..at).any(|before| matches!(words.at(before), "somos" | "eramos")) {
            found.push((at - 1..at + 1, n));
        }
    }
    found
}

fn fires(rule: &'static Rule, words: &Words, places: &Places, meant: bool) -> Option<Fired> {
    let (first, others) = rule.elements.split_first()?;
    let mut fired: Option<Fired> = None;
    for id in first {
        for anchor in places.of_concept(*id) {
            let mut span = anchor.clone();
            let complete = others.iter().zip(rule.after.iter().skip(1)).all(|(element, after)| {
                let from = |id: &ConceptId| {
                    let all = places.of_concept(*id);
                    if *after { &all[all.partition_point(|place| place.start < anchor.end)..] } else { all }
                };
                let lists: Vec<&[Range<usize>]> = element.iter().map(from).collect();
                let together = |place: usize| words.together(anchor.start, place);
                nearest(&lists, anchor.start, rule.window, together).is_some_and(|place| {
                    span = span.start.min(place.start)..span.end.max(place.end);
                    true
                })
            });
            // Only the very turn makes an exception: what else is told takes nothing back.
            let near = |ids: &Vec<ConceptId>| {
                let mut places = ids.iter().flat_map(|id| near_all(places.of_concept(*id), anchor.start, rule.window));
                places.any(|place| words.turn(place.start) == words.turn(anchor.start))
            };
            if !complete || rule.exceptions.iter().any(near) {
                continue;
            }
            match &mut fired {
                Some(known) => {
                    known.last = known.last.max(span.end);
                    if span.start < known.words.start {
                        known.words = span;
                    }
                }
                None => fired = Some(Fired { rule, last: span.end, words: span, meant }),
            }
        }
    }
    fired
}

/// The places within a window around a word, of an ordered list.
fn near_all(list: &[Range<usize>], at: usize, window: usize) -> impl Iterator<Item = &Range<usize>> {
    let from = list.partition_point(|place| place.start + window < at);
    list[from..].iter().take_while(move |place| place.start <= at + window)
}

/// The place nearest to a word within a window that counts, in any of some ordered lists.
fn nearest<'a>(
    lists: &[&'a [Range<usize>]],
    at: usize,
    window: usize,
    counts: impl Fn(usize) -> bool,
) -> Option<&'a Range<usize>> {
    let mut best: Option<&Range<usize>> = None;
    for list in lists {
        let after = list.partition_point(|place| place.start < at);
        for place in [after.checked_sub(1), Some(after)].into_iter().flatten().filter_map(|i| list.get(i)) {
            let far = place.start.abs_diff(at);
            if far <= window && counts(place.start) && best.is_none_or(|known| far < known.start.abs_diff(at)) {
                best = Some(place);
            }
        }
    }
    best
}
