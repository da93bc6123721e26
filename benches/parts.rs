//! The parts of a run, in memory: `cargo bench`. How the whole program compares with others is told by `compare.py`,
//! whether it has become slower by `instructions.py`.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use pyeco_lint::date::Date;
use pyeco_lint::fs::Memory;
use pyeco_lint::knowledge::Knowledge;
use pyeco_lint::lint;
use pyeco_lint::options::Options;
use pyeco_lint::python::{parse, scan};

fn main() {
    divan::main();
}

/// A module of some 400 lines.
fn module() -> String {
    let class = |at: usize| {
        format!(
            "\nclass Part{at}:\n    \"\"\"Keeps 'import os' in mind.\"\"\"\n\n    def __init__(self, values=()):\n        \
             self.values = list(values)\n\n    def fetch(self, address):\n        \
             return requests.get(address, timeout=10).json()[\"part\"]\n\n    def total(self, least):\n        \
             found = [one + {at} for one in self.values if one > least]\n        return sum(found) if found else None\n"
        )
    };
    let head = "import json\nimport os.path\nfrom collections import defaultdict\n\nimport requests\nfrom click import (\n    \
                echo,\n    option,\n)\n";
    head.to_owned() + &(0..25).map(class).collect::<String>()
}

const MANIFEST: &str = "[project]\nname = \"shop\"\nversion = \"1.0\"\nrequires-python = \">=3.11\"\ndependencies = [\n    \
                        \"requests>=2.31\",\n    \"click>=8\",\n]\n";

/// `projects` projects with ten modules each.
fn tree(projects: usize) -> Memory {
    let module = module();
    let files = (0..projects).flat_map(|project| {
        let modules = (0..10).map(move |at| format!("p{project}/shop/part_{at}.py"));
        modules.map(|path| (path, module.clone())).chain([(format!("p{project}/pyproject.toml"), MANIFEST.to_owned())])
    });
    Memory::new(files.collect::<Vec<_>>())
}

#[divan::bench]
fn scanning(bencher: Bencher<'_, '_>) {
    let text = module();
    bencher.counter(BytesCount::of_str(&text)).bench(|| scan::scan(divan::black_box(&text)));
}

#[divan::bench]
fn parsing(bencher: Bencher<'_, '_>) {
    let text = module();
    bencher.counter(BytesCount::of_str(&text)).bench(|| parse::parse(divan::black_box(&text)));
}

#[divan::bench]
fn knowledge() -> usize {
    Knowledge::embedded().rules().len()
}

#[divan::bench(args = [1, 10, 100])]
fn whole_run(bencher: Bencher<'_, '_>, projects: usize) {
    let tree = tree(projects);
    let today = Date::new(2026, 1, 1).expect("a day");
    let options = Options::new(vec![".".to_owned()], today);
    bencher.counter(ItemsCount::new(projects * 11)).bench(|| lint(&tree, &options).map(|outcome| outcome.files.len()));
}
