//! 版の継承: an edition that builds on another takes the files it does not have itself. The result is one whole
//! edition: nothing in it is read from anywhere else, so what is published never changes with its base.

use crate::load::yaml::{File, Kind, Yaml};
use crate::source::{Place, Problem, SourceFiles};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Folder of the joined edition in which the `edition.yaml` of each base lies, the nearest first:
/// what the edition's own file does not say is read from them, entry by entry.
pub(crate) const FOLDER: &str = "based-on/";

/// More editions than this do not stand on one another.
const CHAIN: usize = 9;

/// What an edition says about its base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasedOn {
    /// Folder name of the base edition, within the same programme.
    pub edition: String,
    /// Files or folders of the base that are not taken.
    pub without: Vec<(String, Place)>,
    pub place: Place,
}

/// A whole edition, and where what it took from others is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Joined {
    pub files: SourceFiles,
    /// Path in `files` → path of the file that was written, seen from the edition's folder.
    origins: BTreeMap<String, String>,
}

impl Joined {
    /// The problem with the file it has to be mended in.
    #[must_use]
    pub fn shown(&self, mut problem: Problem) -> Problem {
        if let Some(origin) = self.origins.get(&problem.file) {
            problem.file.clone_from(origin);
        }
        problem
    }
}

/// Joins an edition's own files with those of the editions it builds on. `read` gives the own files of an edition
/// by its folder name; it does the reading, this the thinking.
///
/// # Errors
/// Each problem with its place: a base that cannot be read, a circle, a `without` that names nothing.
pub fn join(code: &str, read: &mut dyn FnMut(&str) -> Result<SourceFiles, String>) -> Result<Joined, Vec<Problem>> {
    let own = read(code).map_err(|why| vec![whole_file(why)])?;
    step(own, &mut vec![code.to_owned()], read)
}

fn step(
    own: SourceFiles,
    chain: &mut Vec<String>,
    read: &mut dyn FnMut(&str) -> Result<SourceFiles, String>,
) -> Result<Joined, Vec<Problem>> {
    let Some(based_on) = based_on(&own)? else { return Ok(Joined { files: own, origins: BTreeMap::new() }) };
    let wrong = |message: String| vec![Problem::at(&based_on.place, message)];
    if chain.contains(&based_on.edition) {
        chain.push(based_on.edition.clone());
        return Err(wrong(format!("the editions build on each other in a circle: {}", chain.join(" → "))));
    }
    if chain.len() >= CHAIN {
        return Err(wrong(format!("more than {CHAIN} editions build on one another")));
    }
    let base = read(&based_on.edition).map_err(|why| wrong(format!("based_on {}: {why}", based_on.edition)))?;
    chain.push(based_on.edition.clone());
    // A problem of the base is shown as the base's: its files are named from the folder beside this edition.
    let base = step(base, chain, read).map_err(|problems| beside(&based_on.edition, problems))?;
    over(own, &base, &based_on)
}

/// Own files first; then whatever the base has besides.
fn over(own: SourceFiles, base: &Joined, based_on: &BasedOn) -> Result<Joined, Vec<Problem>> {
    let mut problems = Vec::new();
    for path in own.0.keys().filter(|path| path.starts_with(FOLDER)) {
        problems
            .push(Problem { file: path.clone(), ..whole_file(format!("{FOLDER} is made when editions are joined")) });
    }
    for (path, place) in &based_on.without {
        if !base.files.0.keys().any(|file| covers(path, file)) {
            problems.push(Problem::at(place, format!("without: {} has no {path}", based_on.edition)));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut joined = Joined { files: own, origins: BTreeMap::new() };
    for (path, text) in &base.files.0 {
        let moved = match path.strip_prefix(FOLDER) {
            None if path == "edition.yaml" => format!("{FOLDER}1-{}.yaml", based_on.edition),
            // Bases of the base stand one farther.
            Some(rest) => {
                let (far, name) = rest.split_once('-').unwrap_or(("1", rest));
                format!("{FOLDER}{}-{name}", far.parse::<usize>().unwrap_or(1).saturating_add(1))
            }
            None if based_on.without.iter().any(|(dropped, _)| covers(dropped, path)) => continue,
            None => path.clone(),
        };
        if joined.files.0.contains_key(&moved) {
            continue;
        }
        // The programme's own file lies beside the editions, not in one.
        if moved != "programme.yaml" {
            let origin = base.origins.get(path).cloned();
            joined.origins.insert(moved.clone(), origin.unwrap_or_else(|| format!("../{}/{path}", based_on.edition)));
        }
        joined.files.0.insert(moved, text.clone());
    }
    Ok(joined)
}

/// Is the file what the entry of `without` names, or in the folder it names?
fn covers(named: &str, file: &str) -> bool {
    let named = named.trim_end_matches('/');
    file == named || file.strip_prefix(named).is_some_and(|rest| rest.starts_with('/'))
}

/// What `edition.yaml` says about a base; `None` when it stands on its own.
fn based_on(files: &SourceFiles) -> Result<Option<BasedOn>, Vec<Problem>> {
    let Some((path, text)) = files.0.get_key_value("edition.yaml") else { return Ok(None) };
    let problems = RefCell::new(Vec::new());
    let file = File::new(path, text, &problems);
    let found = file.parse().and_then(|yaml| named(&file, &yaml));
    let problems = problems.into_inner();
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

fn named(file: &File<'_>, yaml: &Yaml) -> Option<BasedOn> {
    let Kind::Map(entries) = &yaml.kind else { return None };
    let find = |name: &str| entries.iter().find(|(key, _)| key.text == name);
    let without = find("without");
    let Some((_, base)) = find("based_on") else {
        if let Some((key, _)) = without {
            file.problem(key.mark, "without drops files of a base; say based_on too");
        }
        return None;
    };
    let edition = file.text(base)?.trim().to_owned();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if edition.is_empty() || !edition.chars().all(plain) {
        file.problem(base.mark, "based_on names the folder of an edition of this programme, such as 2026-r1");
        return None;
    }
    let items = without.map(|(_, list)| file.one_or_many(list)).unwrap_or_default();
    let paths = items.iter().filter_map(|item| Some((file.text(item)?.trim().to_owned(), file.place(item.mark))));
    Some(BasedOn { edition, without: paths.collect(), place: file.place(base.mark) })
}

fn beside(edition: &str, problems: Vec<Problem>) -> Vec<Problem> {
    let moved = |mut problem: Problem| {
        if !problem.file.starts_with("../") {
            problem.file = format!("../{edition}/{}", problem.file);
        }
        problem
    };
    problems.into_iter().map(moved).collect()
}

fn whole_file(message: String) -> Problem {
    Problem { file: "edition.yaml".to_owned(), line: 1, column: 1, message }
}
