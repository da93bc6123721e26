//! Faults of the program itself: a panic over one file, or in one rule, is caught and told, and the run goes on.
//!
//! Nothing here is needed where readers and rules keep what they promise ([`manifest`](crate::manifest)). A process that
//! runs out of memory or stack ends all the same: what keeps it from that are the bounds of `ARCHITECTURE.md`.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};

thread_local! {
    /// Where the last panic of this thread began.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A panic that was caught.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The place in the program, as far as it is known, and what was said where that holds nothing of a project.
    place: Option<String>,
    said: Option<&'static str>,
}

impl Fault {
    /// Where it began and why, for those who mend it: `at src/lock.rs:12:3: no version`. Nothing of what was read.
    pub fn shown(&self) -> String {
        let place = self.place.as_deref().unwrap_or("a place that is not known");
        self.said.map_or_else(|| format!("at {place}"), |said| format!("at {place}: {said}"))
    }
}

/// Carries out `work`. Where it panics, what it has changed by then stays so: it had better only give a value.
pub fn contain<T>(work: impl FnOnce() -> T) -> Result<T, Fault> {
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|payload| Fault {
        place: PLACE.take(),
        // A message that was put together may quote a project, with its secrets.
        said: payload.downcast_ref::<&'static str>().copied(),
    })
}

/// Goes on, in this thread, with a panic that was caught in another: whoever catches it here is told where it began.
pub fn resume(fault: Fault) -> ! {
    PLACE.set(fault.place);
    match fault.said {
        Some(said) => panic::resume_unwind(Box::new(said)),
        None => panic::resume_unwind(Box::new(())),
    }
}

/// From now on panics are not printed where they happen: [`contain`] tells of them. For the program alone.
pub fn remember_places() {
    panic::set_hook(Box::new(|about: &PanicHookInfo<'_>| {
        let place = about.location().map(|at| format!("{}:{}:{}", within_crate(at.file()), at.line(), at.column()));
        PLACE.set(place);
    }));
}

/// The path of a source file without the folders of the machine on which it was compiled.
fn within_crate(file: &str) -> String {
    let parts: Vec<&str> = file.split(['/', '\\']).collect();
    let source = parts.iter().rposition(|part| *part == "src").unwrap_or(0);
    parts.get(source.saturating_sub(1)..).unwrap_or_default().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_holds_nothing_of_a_project() {
        assert_eq!(contain(|| 1), Ok(1));
        let fault = contain(|| panic!("no version")).err().map(|fault| fault.shown());
        assert_eq!(fault.as_deref(), Some("at a place that is not known: no version"));
        let secret = "hunter2";
        let fault = contain(|| panic!("no version in {secret}")).err().map(|fault| fault.shown());
        assert_eq!(fault.as_deref(), Some("at a place that is not known"));
    }

    #[test]
    fn a_panic_of_another_thread_keeps_its_place() {
        for said in [true, false] {
            let work = move || {
                PLACE.set(Some("src/lock.rs:12:3".to_owned()));
                contain(|| if said { panic!("no version") } else { panic!("no version in {said}") })
            };
            let fault = std::thread::spawn(work).join().ok().and_then(Result::err).expect("it panics");
            let shown = fault.shown();
            assert_eq!(shown, if said { "at src/lock.rs:12:3: no version" } else { "at src/lock.rs:12:3" });
            let again = contain(|| -> () { resume(fault) }).err().map(|fault| fault.shown());
            assert_eq!(again, Some(shown));
        }
    }

    #[test]
    fn places_are_those_of_the_crate() {
        for (file, expected) in [
            ("src/lock.rs", "src/lock.rs"),
            ("/home/one/.cargo/registry/src/index-1/memchr-2.8.3/src/lib.rs", "memchr-2.8.3/src/lib.rs"),
            ("C:\\one\\toml-1.2.1\\src\\de\\mod.rs", "toml-1.2.1/src/de/mod.rs"),
            ("lib.rs", "lib.rs"),
        ] {
            assert_eq!(within_crate(file), expected);
        }
    }
}
