//! 手続を読む: one folder under procedures/.

use super::expr::Compiler;
use super::form::{Around, names_of};
use super::yaml::{File, Yaml};
use super::{examples, flow, form, letters, life, parsed, rules, sheets, split_paths};
use crate::lang::{Globals, Names, Scope};
use crate::model::edition::{CaseNames, Edition, Procedure};
use crate::model::form::Form;
use crate::model::life::Basis;
use crate::source::{Place, Problem, SourceFiles};
use hojo_words::Clause;
use indexmap::IndexMap;
use std::cell::RefCell;
use std::sync::Arc;

/// Reads a procedure; `None` when it has no form.
pub(crate) fn procedure(
    files: &SourceFiles,
    code: &str,
    edition: &Edition,
    globals: &Arc<Globals>,
    problems: &RefCell<Vec<Problem>>,
) -> Option<Procedure> {
    let root = format!("procedures/{code}");
    let read = |stem: &str| parsed(files, &split_paths(files, &format!("{root}/{stem}")), problems);
    let folder = |stem: &str| read(stem);
    let around = Around { globals, settings: &edition.settings, tables: &edition.tables, choices: &edition.choices };
    let form_files = read("form");
    if form_files.is_empty() {
        problems.borrow_mut().push(Problem {
            file: format!("{root}/form.yaml"),
            line: 1,
            column: 1,
            message: "the procedure has no form.yaml and no form/".to_owned(),
        });
        return None;
    }
    let loaded = form::form(&form_files, around);
    let names = names_of(around, &loaded.names);
    let compiler = Compiler { names, scope: Scope::default() };
    let for_letters = Compiler { names: Names { letters: true, ..names }, scope: Scope::default() };
    let rules = rules::rules(&read("rules"), &compiler, &loaded.form);
    let one = |stem: &str| read(stem).into_iter().next();
    let mut procedure = Procedure {
        code: code.to_owned(),
        number: String::new(),
        title: loaded.form.title.clone(),
        description: String::new(),
        names: CaseNames::default(),
        starts: None,
        basis: Basis::default(),
        flow: one("flow").map(|(file, yaml)| flow::flow(&file, &yaml, &compiler)).unwrap_or_default(),
        checklist: one("checklist").map(|(file, yaml)| sheets::checklist(&file, &yaml, &compiler, &loaded.form)),
        score_sheet: one("score-sheet").map(|(file, yaml)| sheets::score_sheet(&file, &yaml, &compiler, &loaded.form)),
        letters: folder("letters")
            .iter()
            .map(|(file, yaml)| {
                let id = file.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".yaml");
                (id.to_owned(), Arc::new(letters::letter(file, id, yaml, &for_letters)))
            })
            .collect(),
        examples: examples::examples(&folder("examples"), &loaded.form, &rules),
        remarks: one("remarks").map(|(file, yaml)| sheets::remarks(&file, &yaml, &loaded.form)).unwrap_or_default(),
        public: false,
        rules,
        globals: Arc::clone(globals),
        form: Arc::new(loaded.form),
    };
    if let Some((file, yaml)) = one("procedure") {
        let mut map = file.map(&yaml);
        map.text(&file, "procedure");
        procedure.number = map.words(&file, "number");
        let title = map.words(&file, "title");
        if !title.is_empty() {
            procedure.title = title;
        }
        procedure.description = map.words(&file, "description");
        procedure.public = map.flag(&file, "public");
        let alone = Compiler { names: Names { fields: &IndexMap::new(), ..names }, scope: Scope::default() };
        procedure.starts = map.get("starts").map(|body| life::starts(&file, body, &alone));
        procedure.basis = map.get("basis").map(|body| basis(&file, body)).unwrap_or_default();
        procedure.names = match map.get("names") {
            Some(body) => case_names(&file, body),
            // A later procedure leaves the case the name it has.
            None if procedure.starts.is_some() => CaseNames::default(),
            None => names_before(&procedure.form, file.place(yaml.mark)),
        };
        map.finish(&file);
    }
    Some(procedure)
}

fn basis(file: &File<'_>, yaml: &Yaml) -> Basis {
    let mut map = file.map(yaml);
    let basis = Basis { clause: map.text(file, "clause").and_then(Clause::new), form: map.words(file, "form") };
    map.finish(file);
    basis
}

fn case_names(file: &File<'_>, yaml: &Yaml) -> CaseNames {
    let mut map = file.map(yaml);
    let title = map.text(file, "title").map(str::to_owned);
    let frame = map.text(file, "frame").map(str::to_owned);
    map.finish(file);
    CaseNames { title, frame, place: file.place(yaml.mark) }
}

/// Editions published before `names` was written call these two fields so; a case that pins one keeps its name.
fn names_before(form: &Form, place: Place) -> CaseNames {
    let field = |id: &str| form.field(id).map(|field| field.id.clone());
    CaseNames { title: field("plan_title"), frame: field("frame"), place }
}
