//! Gives lines that run side by side a track each; lines that do not meet may share one.

use std::collections::BTreeMap;

/// A stretch of a channel that a way takes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) way: usize,
    pub(super) from: i32,
    pub(super) to: i32,
}

/// The track of each way, in the order given.
pub(super) fn assign(spans: &[Span]) -> BTreeMap<usize, i32> {
    let pairs: Vec<_> = spans.iter().map(|span| (span.way, span.from, span.to)).collect();
    assign_pairs(&pairs)
}

/// The same for ways under any name. A line comes after all earlier ones that it meets, so their order holds.
pub(super) fn assign_pairs<K: Ord + Copy>(spans: &[(K, i32, i32)]) -> BTreeMap<K, i32> {
    let mut tracks: BTreeMap<K, i32> = BTreeMap::new();
    let mut placed: Vec<(i32, i32, i32)> = Vec::new();
    for (way, from, to) in spans {
        let meets = placed.iter().filter(|(_, start, end)| *start <= to + 6 && *from <= end + 6);
        let track = meets.map(|(track, ..)| track + 1).max().unwrap_or(0);
        placed.push((track, *from, *to));
        tracks.insert(*way, track);
    }
    tracks
}
