//! The parts of a run, one after another or side by side.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use rayon::ThreadPoolBuilder;

/// From this many parts on each is the work of one thread. Fewer are done one after another, each by all threads.
const MANY: usize = 16;

/// What `work` makes of each of `parts`, in their order; the first error in that order, where there is one.
pub(super) fn each<T: Sync, R: Send, E: Send>(
    parts: &[T],
    work: impl Fn(&T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    let threads = rayon::current_num_threads();
    if threads == 1 || parts.len() < MANY {
        return parts.iter().map(work).collect();
    }
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let take = || {
        // What the work itself would share out among threads stays in this one.
        let alone = ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
        while let Some((at, part)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, parts.get(at)?)))
        {
            let result = work(part);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
        }
        drop(alone);
    };
    thread::scope(|scope| {
        (0..threads).for_each(|_| {
            scope.spawn(take);
        });
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}
