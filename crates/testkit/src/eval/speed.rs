//! How long understanding takes.

use super::calls::understood;
use nightdesk_domain::triage::Turn;
use std::time::Instant;

/// Median times of [`nightdesk_domain::triage::assess`], everything included.
#[derive(Debug, Clone, Copy)]
pub struct Speed {
    /// Of an utterance of ten words, in microseconds.
    pub utterance_micros: f64,
    /// Of a transcript of two thousand words, in microseconds.
    pub transcript_micros: f64,
}

/// Measures with words that callers used; none where there are too few of them.
pub fn measure(utterances: &[String]) -> Option<Speed> {
    const ROUNDS: usize = 9;
    const UTTERANCE_WORDS: usize = 10;
    const TRANSCRIPT_WORDS: usize = 2000;
    let words: Vec<&str> = utterances.iter().flat_map(|text| text.split_whitespace()).collect();
    if words.len() < TRANSCRIPT_WORDS {
        return None;
    }
    let tens: Vec<String> = utterances
        .iter()
        .flat_map(|text| {
            let words: Vec<&str> = text.split_whitespace().collect();
            words.chunks_exact(UTTERANCE_WORDS).map(|ten| ten.join(" ")).collect::<Vec<_>>()
        })
        .take(500)
        .collect();
    let turns: Vec<String> = words[..TRANSCRIPT_WORDS].chunks(20).map(|turn| turn.join(" ")).collect();
    let transcript: Vec<Turn<'_>> = turns.iter().map(|words| Turn::caller(words)).collect();
    let timed = |once: &dyn Fn(), times: usize| {
        let mut rounds: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                let began = Instant::now();
                once();
                began.elapsed().as_secs_f64() * 1e6 / times as f64
            })
            .collect();
        rounds.sort_by(f64::total_cmp);
        rounds[ROUNDS / 2]
    };
    let utterance_micros = timed(
        &|| {
            for ten in &tens {
                std::hint::black_box(understood(&[Turn::caller(ten)]));
            }
        },
        tens.len(),
    );
    let transcript_micros = timed(
        &|| {
            std::hint::black_box(understood(&transcript));
        },
        1,
    );
    Some(Speed { utterance_micros, transcript_micros })
}
