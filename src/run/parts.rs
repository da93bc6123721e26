//! The parts of a run, one after another or side by side.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use rayon::ThreadPoolBuilder;

use crate::guard;

/// From this many parts on each is the work of one thread. Fewer are done one after another, each by all threads.
const MANY: usize = 16;

/// What `work` makes of each of `parts`, in their order; the first error in that order, where there is one. A panic over one
/// goes on in the thread that asked.
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
            let result = guard::contain(|| work(part));
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
    done.into_iter().map(|(_, result)| result.unwrap_or_else(|fault| guard::resume(fault))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_a_panic_is_told() {
        let parts: Vec<usize> = (0..3 * MANY).collect();
        let all = |work: fn(&usize) -> Result<usize, usize>| guard::contain(|| each(&parts, work));
        assert_eq!(all(|part| Ok(part * 2)), Ok(Ok(parts.iter().map(|part| part * 2).collect())));
        assert_eq!(all(|part| if *part % 7 == 6 { Err(*part) } else { Ok(*part) }), Ok(Err(6)));
        let fault = all(|part| if *part == 20 { panic!("no version") } else { Ok(*part) }).err();
        assert!(fault.is_some_and(|fault| fault.shown().ends_with(": no version")));
    }
}
