//! 版を読む: edition.yaml, tables/, programme.yaml, then each procedure.

use super::expr::Compiler;
use super::types::{Lists, noted, value_type};
use super::yaml::{File, Kind, MapReader, Mark, Yaml};
use super::{life, moment, parsed, split_paths, tables};
use crate::lang::types::{Type, Unit};
use crate::lang::{Globals, Names, Scope};
use crate::model::edition::{Edition, Guidelines, Programme};
use crate::model::life::ObligationRule;
use crate::model::tables::{ChoiceList, DecisionTable};
use crate::overlay;
use crate::read::{globals, parse};
use crate::source::{Problem, SourceFiles};
use hojo_words::BusinessCalendar;
use indexmap::IndexMap;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Reads everything; `None` when there is no edition file.
pub(crate) fn edition(files: &SourceFiles, problems: &RefCell<Vec<Problem>>) -> Option<Edition> {
    let Some((path, text)) = files.0.get_key_value("edition.yaml") else {
        problems.borrow_mut().push(Problem {
            file: "edition.yaml".to_owned(),
            line: 1,
            column: 1,
            message: "the edition has no edition.yaml".to_owned(),
        });
        return None;
    };
    let file = File::new(path, text, problems);
    let yaml = file.parse()?;
    let mut map = file.map(&yaml);
    let bases = parsed(files, &base_paths(files), problems);
    let mut under: Vec<(&File<'_>, MapReader<'_>)> = bases.iter().map(|(file, yaml)| (file, file.map(yaml))).collect();
    if let Some(base) = map.get("based_on")
        && under.is_empty()
    {
        file.problem(base.mark, "the base was not joined; read the edition with its base");
    }
    map.get("without");
    let programme = programme(files, problems);
    // What the own file says stands; the bases add what it does not say, the nearest first.
    let mut choices = tables::choices(&file, map.get("choices"));
    for (file, map) in &mut under {
        add(&mut choices, tables::choices(file, map.get("choices")));
    }
    built_in_choices(&mut choices);
    let table_files = parsed(files, &split_paths(files, "tables"), problems);
    let mut within = vec![(&file, map.get("tables"))];
    within.extend(under.iter_mut().map(|(file, map)| (*file, map.get("tables"))));
    let tables = all_tables(&within, &table_files, &choices);
    let lists = Lists { choices: &choices, local: None, tables: &tables };
    let mut settings = tables::settings(&file, map.get("settings"), lists);
    let mut dates = dates(&file, map.get("dates"));
    let codes = procedure_codes(files);
    let mut life = map.get("life").map(|body| Arc::new(life::life(&file, body)));
    let (mut filed, mut filed_places) = life::filed(&file, map.get("filed"), lists, &codes);
    let mut facts = facts(&file, map.get("facts"), lists);
    let mut guidelines = map.get("guidelines").map(|body| guidelines(&file, body));
    let mut holidays = holidays(&file, map.get("holidays"));
    for (file, map) in &mut under {
        add(&mut settings, tables::settings(file, map.get("settings"), lists));
        add(&mut dates, self::dates(file, map.get("dates")));
        let theirs = map.get("life");
        life = life.or_else(|| theirs.map(|body| Arc::new(life::life(file, body))));
        let (theirs, places) = life::filed(file, kept(map.get("filed"), &codes).as_ref(), lists, &codes);
        for (code, fields) in theirs {
            add(filed.entry(code).or_default(), fields);
        }
        for (path, place) in places {
            filed_places.entry(path).or_insert(place);
        }
        add(&mut facts, self::facts(file, map.get("facts"), lists));
        let theirs = map.get("guidelines");
        guidelines = guidelines.or_else(|| theirs.map(|body| self::guidelines(file, body)));
        for (day, name) in self::holidays(file, map.get("holidays")) {
            holidays.entry(day).or_insert(name);
        }
    }
    if guidelines.is_none() {
        file.problem(Mark { line: 1, column: 1, index: 0 }, "guidelines are missing");
    }
    if let (Some(open), Some(close)) = (dates.get("applications_open"), dates.get("applications_close"))
        && open >= close
    {
        let at = map.get("dates").map_or(yaml.mark, |body| body.mark);
        file.problem(at, "applications close before they open");
    }
    let mut known = facts.clone();
    if let Some(plan) = &life {
        life::facts(plan, &codes, &mut known);
    }
    for (code, fields) in &filed {
        known.extend(fields.iter().map(|(field, ty)| (format!("filed.{code}.{field}"), ty.clone())));
    }
    let globals = Arc::new(self::globals(&programme, &dates, &known));
    let mut edition = Edition {
        id: map.needed(&file, "edition"),
        version: map.needed(&file, "version"),
        title: map.needed(&file, "title"),
        programme,
        guidelines: guidelines.unwrap_or_default(),
        dates,
        choices,
        settings,
        tables,
        facts: known,
        life,
        filed,
        filed_places,
        obligations: Vec::new(),
        calendar: BusinessCalendar::new(holidays),
        clauses: clauses(files, problems),
        procedures: IndexMap::new(),
        globals: Arc::clone(&globals),
        hash: files.hash(),
        source: files.clone(),
    };
    map.words(&file, "short_title");
    map.words(&file, "note");
    map.finish(&file);
    for (file, mut map) in under {
        for known in ["edition", "version", "title", "short_title", "note", "based_on", "without"] {
            map.get(known);
        }
        map.finish(file);
    }
    edition.obligations = obligations(files, &edition, &globals, problems);
    for code in codes {
        if let Some(procedure) = super::procedure::procedure(files, &code, &edition, &globals, problems) {
            edition.procedures.insert(code, Arc::new(procedure));
        }
    }
    if edition.procedures.is_empty() {
        file.problem(yaml.mark, "the edition has no procedure under procedures/");
    }
    stray_files(files, problems);
    Some(edition)
}

/// `obligations.yaml`: what is owed by when.
fn obligations(
    files: &SourceFiles,
    edition: &Edition,
    globals: &Arc<Globals>,
    problems: &RefCell<Vec<Problem>>,
) -> Vec<ObligationRule> {
    let (settings, tables, fields) = (&edition.settings, &edition.tables, &IndexMap::new());
    let names = Names { globals, settings, tables, fields, letters: false };
    let compiler = Compiler { names, scope: Scope::default() };
    parsed(files, &["obligations.yaml".to_owned()], problems)
        .iter()
        .flat_map(|(file, yaml)| life::obligations(file, yaml, &compiler))
        .collect()
}

/// The `edition.yaml` of the bases, the nearest first.
fn base_paths(files: &SourceFiles) -> Vec<String> {
    files.0.keys().filter(|path| path.starts_with(overlay::FOLDER)).cloned().collect()
}

/// Adds what is not there yet.
fn add<T>(own: &mut IndexMap<String, T>, base: IndexMap<String, T>) {
    for (key, value) in base {
        own.entry(key).or_insert(value);
    }
}

/// A base's `filed` without the procedures this edition dropped.
fn kept(yaml: Option<&Yaml>, codes: &BTreeSet<String>) -> Option<Yaml> {
    let mut yaml = yaml?.clone();
    if let Kind::Map(entries) = &mut yaml.kind {
        entries.retain(|(key, _)| codes.contains(&key.text.replace('_', "-")));
    }
    Some(yaml)
}

fn procedure_codes(files: &SourceFiles) -> BTreeSet<String> {
    let codes = files
        .0
        .keys()
        .filter_map(|path| path.strip_prefix("procedures/")?.split_once('/').map(|(code, _)| code.to_owned()));
    codes.collect()
}

/// A file nobody reads would be a silent mistake.
fn stray_files(files: &SourceFiles, problems: &RefCell<Vec<Problem>>) {
    for path in files.0.keys().filter(|path| path.ends_with(".yaml") || path.ends_with(".yml")) {
        let parts: Vec<&str> = path.split('/').collect();
        let known = match parts.as_slice() {
            ["programme.yaml" | "edition.yaml" | "clauses.yaml" | "mails.yaml" | "obligations.yaml"]
            | ["tables" | "based-on", _]
            | ["portal", ..] => path.ends_with(".yaml"),
            ["procedures", _, name] => [
                "procedure.yaml",
                "form.yaml",
                "rules.yaml",
                "flow.yaml",
                "checklist.yaml",
                "score-sheet.yaml",
                "remarks.yaml",
                "selection.yaml",
                "mails.yaml",
            ]
            .contains(name),
            ["procedures", _, "form" | "rules" | "letters" | "examples", name] => name.ends_with(".yaml"),
            _ => false,
        };
        if !known {
            let message = "no part of an edition; see docs/programme-format.md for the files there are".to_owned();
            problems.borrow_mut().push(Problem { file: path.clone(), line: 1, column: 1, message });
        }
    }
}

/// `clauses.yaml`: the clauses that may be cited.
fn clauses(files: &SourceFiles, problems: &RefCell<Vec<Problem>>) -> IndexMap<String, String> {
    let mut clauses = IndexMap::new();
    for (file, yaml) in parsed(files, &["clauses.yaml".to_owned()], problems) {
        let mut map = file.map(&yaml);
        for (key, title) in map.get("clauses").map(|list| file.entries(list)).unwrap_or_default() {
            if let Some(title) = file.text(title) {
                clauses.insert(key.text.clone(), title.to_owned());
            }
        }
        map.finish(&file);
    }
    clauses
}

/// Kinds of account and applicant are the identity provider's, not a round's.
fn built_in_choices(choices: &mut IndexMap<String, Arc<ChoiceList>>) {
    let lists: [(&str, &[(&str, &str)]); 2] = [
        ("account_kind", &[("corporation", "法人"), ("sole_proprietor", "個人事業主")]),
        ("account_type", &[("prime", "プライム"), ("member", "メンバー"), ("entry", "エントリー")]),
    ];
    for (id, options) in lists {
        let options = options.iter().map(|(key, label)| ((*key).to_owned(), (*label).to_owned())).collect();
        choices.entry(id.to_owned()).or_insert_with(|| Arc::new(ChoiceList { id: id.to_owned(), options }));
    }
}

fn programme(files: &SourceFiles, problems: &RefCell<Vec<Problem>>) -> Programme {
    let mut programme = Programme::default();
    let Some((path, text)) = files.0.get_key_value("programme.yaml") else { return programme };
    let file = File::new(path, text, problems);
    let Some(yaml) = file.parse() else { return programme };
    flatten(&file, "", &yaml, &mut programme.texts);
    let take = |texts: &IndexMap<String, String>, key: &str| texts.get(key).cloned().unwrap_or_default();
    programme.id = take(&programme.texts, "programme");
    programme.title = take(&programme.texts, "title");
    programme.short_title = take(&programme.texts, "short_title");
    if programme.id.is_empty() || programme.title.is_empty() {
        file.problem(yaml.mark, "programme and title are missing");
    }
    programme
}

fn flatten(file: &File<'_>, prefix: &str, yaml: &Yaml, texts: &mut IndexMap<String, String>) {
    match &yaml.kind {
        Kind::Map(entries) => {
            for (key, body) in entries {
                let path = if prefix.is_empty() { key.text.clone() } else { format!("{prefix}.{}", key.text) };
                flatten(file, &path, body, texts);
            }
        }
        Kind::Scalar { text, .. } => {
            texts.insert(prefix.to_owned(), text.trim().to_owned());
        }
        Kind::List(_) => file.problem(yaml.mark, "programme.yaml holds texts, no lists"),
    }
}

fn guidelines(file: &File<'_>, yaml: &Yaml) -> Guidelines {
    let mut map = file.map(yaml);
    let published = map.get("published");
    let day = published.and_then(|yaml| {
        let day = parse::iso_date(file.text(yaml)?);
        if day.is_none() {
            file.problem(yaml.mark, "expected a date such as 2026-06-30");
        }
        day
    });
    let guidelines = Guidelines { title: map.needed(file, "title"), issue: map.words(file, "issue"), published: day };
    map.finish(file);
    guidelines
}

fn dates(file: &File<'_>, yaml: Option<&Yaml>) -> IndexMap<String, time::OffsetDateTime> {
    let mut dates = IndexMap::new();
    for (key, body) in yaml.map(|yaml| file.entries(yaml)).unwrap_or_default() {
        if let Some(moment) = moment(file, body) {
            dates.insert(key.text.clone(), moment);
        }
    }
    dates
}

fn facts(file: &File<'_>, yaml: Option<&Yaml>, lists: Lists<'_>) -> IndexMap<String, Type> {
    let mut facts = IndexMap::new();
    for (path, ty) in globals::BUILT_IN {
        if let Ok((ty, _)) = value_type(ty, lists) {
            facts.insert(path.to_owned(), ty);
        }
    }
    for (key, body) in yaml.map(|yaml| file.entries(yaml)).unwrap_or_default() {
        if let Kind::Map(entries) = &body.kind {
            for (inner, body) in entries {
                fact(file, format!("{}.{}", key.text, inner.text), body, lists, &mut facts);
            }
        } else {
            fact(file, key.text.clone(), body, lists, &mut facts);
        }
    }
    facts
}

fn fact(file: &File<'_>, path: String, yaml: &Yaml, lists: Lists<'_>, facts: &mut IndexMap<String, Type>) {
    let Some(text) = file.text(yaml) else { return };
    let Some((ty, _)) = noted(file, yaml.mark, value_type(text, lists)) else { return };
    let reserved = ["now", "round", "guidelines", "programme", "settings", "case", "amounts", "filed", "open", "done"];
    let root = path.split_once('.').map(|(root, _)| root);
    if root.is_none_or(|root| reserved.contains(&root)) {
        file.problem(yaml.mark, format!("a fact is called like applicant.suspended; {path} is taken or has no point"));
    }
    facts.insert(path, ty);
}

/// All names besides fields: facts first, then what only letters know.
fn globals(
    programme: &Programme,
    dates: &IndexMap<String, time::OffsetDateTime>,
    facts: &IndexMap<String, Type>,
) -> Globals {
    let mut names = IndexMap::new();
    names.insert("now.date".to_owned(), Type::Date);
    names.insert("now.fiscal_year".to_owned(), Type::Number(Unit::Year));
    names.insert("guidelines.published".to_owned(), Type::Date);
    names.extend(dates.keys().map(|name| (format!("round.{name}"), Type::Date)));
    names.extend(facts.iter().map(|(path, ty)| (path.clone(), ty.clone())));
    names.extend(programme.texts.keys().map(|path| (format!("programme.{path}"), Type::Text)));
    let letters_from = names.len();
    names.extend(globals::LETTER.iter().map(|(path, ty)| ((*path).to_owned(), ty.clone())));
    Globals { names, letters_from }
}

fn holidays(file: &File<'_>, yaml: Option<&Yaml>) -> BTreeMap<time::Date, String> {
    let mut holidays = BTreeMap::new();
    for (key, name) in yaml.map(|yaml| file.entries(yaml)).unwrap_or_default() {
        match (parse::iso_date(&key.text), file.text(name)) {
            (Some(day), Some(name)) => {
                holidays.insert(day, name.to_owned());
            }
            _ => file.problem(key.mark, format!("expected a date such as 2027-01-01, found {}", key.text)),
        }
    }
    holidays
}

/// Tables of edition.yaml and tables/; one that uses another's codes waits for it.
fn all_tables(
    within: &[(&File<'_>, Option<&Yaml>)],
    table_files: &[(File<'_>, Yaml)],
    choices: &IndexMap<String, Arc<ChoiceList>>,
) -> IndexMap<String, Arc<DecisionTable>> {
    let mut sources: Vec<(String, &File<'_>, &Yaml)> = Vec::new();
    for (at, (file, yaml)) in within.iter().enumerate() {
        for (key, body) in yaml.map(|yaml| file.entries(yaml)).unwrap_or_default() {
            // A base's table that has a successor, or by now a file of its own, is not read.
            let filed = || table_files.iter().any(|(file, _)| file.path == format!("tables/{}.yaml", key.text));
            if at == 0 || !(sources.iter().any(|(name, ..)| *name == key.text) || filed()) {
                sources.push((key.text.clone(), file, body));
            }
        }
    }
    for (file, body) in table_files {
        let Kind::Map(entries) = &body.kind else {
            file.problem(body.mark, "expected a table");
            continue;
        };
        let named = entries.iter().find(|(key, _)| key.text == "table").and_then(|(_, name)| name.as_text());
        let stem = file.path.trim_start_matches("tables/").trim_end_matches(".yaml");
        let name = named.unwrap_or(stem);
        if name != stem {
            file.problem(body.mark, format!("the file is called {stem}, its table {name}; give both one name"));
        }
        sources.push((name.to_owned(), file, body));
    }
    // Tables that give `code T` come after T.
    sources.sort_by_key(|(_, file, body)| mentions_code(file, body));
    let mut tables = IndexMap::new();
    for (name, file, body) in sources {
        if crate::lang::resolve::FUNCTIONS.contains(&name.as_str()) {
            file.problem(body.mark, format!("{name} is a function of the language; name the table otherwise"));
        }
        let lists = Lists { choices, local: None, tables: &tables };
        let Some(table) = tables::table(file, &name, body, lists) else { continue };
        tables::prove(file, body, &table);
        if tables.insert(name.clone(), Arc::new(table)).is_some() {
            file.problem(body.mark, format!("the table {name} stands twice"));
        }
    }
    tables
}

fn mentions_code(file: &File<'_>, yaml: &Yaml) -> bool {
    let Kind::Map(entries) = &yaml.kind else { return false };
    let types = entries.iter().filter(|(key, _)| key.text == "given" || key.text == "yields");
    types.flat_map(|(_, body)| file.entries(body)).any(|(_, ty)| ty.as_text().is_some_and(|ty| ty.starts_with("code ")))
}
