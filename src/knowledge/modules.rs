//! Stub until merged.
use crate::knowledge::Knowledge;
/// x
#[derive(Debug)]
pub struct Modules<'a>(&'a Knowledge);
/// x
#[derive(Debug)]
pub struct Providers<'b> {
    /// x
    pub module: &'b str,
    /// x
    pub distributions: Vec<String>,
    /// x
    pub certain: bool,
}
impl<'a> Modules<'a> {
    /// x
    pub fn new(knowledge: &'a Knowledge) -> Self {
        Self(knowledge)
    }
    /// x
    pub fn providers<'b>(&self, dotted: &'b str) -> Option<Providers<'b>> {
        let mut at = dotted;
        loop {
            let found: Vec<String> = self
                .0
                .packages()
                .iter()
                .filter(|p| p.imports.iter().any(|i| i == at))
                .map(|p| p.name.clone())
                .collect();
            if !found.is_empty() {
                return Some(Providers { module: at, certain: found.len() == 1, distributions: found });
            }
            at = at.rsplit_once('.')?.0;
        }
    }
    /// x
    pub fn of(&self, distribution: &str) -> Option<Vec<String>> {
        self.0.package(distribution).map(|p| p.imports.clone()).filter(|i| !i.is_empty())
    }
}
