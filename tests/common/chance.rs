//! Accidents that look like chance and are the same each time.

/// Numbers that look like chance (xorshift).
pub struct Chance(pub u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `bound`, or 0.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).expect("small")
    }
}

/// The text with one to three accidents.
pub fn mutated(text: &str, chance: &mut Chance) -> String {
    let mut text = text.to_owned();
    for _ in 0..=chance.below(3) {
        let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        match chance.below(8) {
            0 if lines.len() > 1 => {
                let (one, other) = (chance.below(lines.len()), chance.below(lines.len()));
                lines.swap(one, other);
            }
            1 if !lines.is_empty() => _ = lines.remove(chance.below(lines.len())),
            2 | 3 if !lines.is_empty() => {
                let at = chance.below(lines.len());
                lines.insert(chance.below(lines.len()), lines[at].clone());
            }
            4 => {
                lines = lines.iter().map(|line| line.replace("\r\n", "\n").replace('\n', "\r\n")).collect();
            }
            5 => {
                if let Some(last) = lines.last_mut() {
                    *last = last.trim_end().to_owned();
                }
            }
            _ => {
                let signs: Vec<char> = text.chars().collect();
                let at = chance.below(signs.len());
                let mut signs = signs;
                let sign = ['"', '\'', ',', '[', ']', '#', '=', ';', '\n', ' ', '\\', 'x', '{', '}', '-', 'é']
                    [chance.below(16)];
                match chance.below(3) {
                    0 if at < signs.len() => signs[at] = sign,
                    1 if at < signs.len() => _ = signs.remove(at),
                    _ => signs.insert(at.min(signs.len()), sign),
                }
                text = signs.into_iter().collect();
                continue;
            }
        }
        text = lines.concat();
    }
    text
}
