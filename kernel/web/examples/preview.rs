//! A section of a real form as an applicant sees it: `cargo run -p hojo-web --example preview -- <edition folder> <procedure>
//! <section> <assets>` writes HTML to standard output; without a section, the check page of all of them.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the page is the output, and so is what went wrong")]

use std::path::Path;

use hojo_programme::{Answers, Edition, Facts, FileRef, Procedure, Raw, SourceFiles, judge, load_dir, read};
use hojo_web::ui::{
    self,
    form::{Open, Places, Scene},
};
use hojo_words::Now;
use maud::{Render, html};
use time::macros::datetime;

struct Nowhere;

impl Places for Nowhere {
    fn upload(&self, field: &str) -> String {
        format!("#upload-{field}")
    }

    fn import(&self, field: &str) -> Option<ui::Import> {
        Some(ui::Import { template: format!("#template-{field}"), action: format!("#import-{field}") })
    }

    fn file(&self, file: &FileRef) -> (ui::FileState, Option<String>) {
        (ui::FileState::Accepted, Some(format!("#{}", file.file)))
    }
}

fn gather(root: &Path, folder: &Path, files: &mut SourceFiles) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            gather(root, &path, files)?;
        } else if let (Some("yaml"), Ok(inside)) = (path.extension().and_then(|e| e.to_str()), path.strip_prefix(root))
        {
            files.insert(inside.to_string_lossy(), &std::fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

fn load(folder: &Path) -> Result<Edition, String> {
    let mut files = SourceFiles::default();
    gather(folder, folder, &mut files).map_err(|error| error.to_string())?;
    let above = folder.parent().unwrap_or(folder).join("programme.yaml");
    files.insert("programme.yaml", &std::fs::read_to_string(above).map_err(|error| error.to_string())?);
    load_dir(&files).map_err(|problems| problems.iter().map(|problem| format!("{problem:?}\n")).collect())
}

/// Some typed answers, readable and not, so that the page shows its messages.
fn typed(procedure: &Procedure) -> Answers {
    let mut answers = Answers::default();
    for field in &procedure.form.fields {
        use hojo_programme::FieldType as T;
        let text = match &field.kind {
            T::Yen { .. } => "30000000",
            T::Integer { .. } => "4",
            T::Date => "2001/04/01",
            T::YesNo => "no",
            T::Email => "まちがい",
            T::PostalCode => "105-0001",
            _ => continue,
        };
        answers.set(field.id.clone(), Raw::from(text));
    }
    answers
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |at: usize| arguments.get(at).map_or("", String::as_str);
    let base = if argument(3).is_empty() { "/assets" } else { argument(3) };
    let assets = ui::Assets { css: format!("{base}/app.css"), js: format!("{base}/app.js"), ..ui::Assets::default() };
    match load(Path::new(argument(0))) {
        Ok(edition) => match edition.procedure(argument(1)) {
            Some(procedure) => println!("{}", page(&edition, procedure, argument(2), assets).render().into_string()),
            None => eprintln!("no such procedure"),
        },
        Err(problems) => eprintln!("{problems}"),
    }
}

fn page(edition: &Edition, procedure: &Procedure, section: &str, assets: ui::Assets) -> ui::Shell {
    let answers = typed(procedure);
    let facts = Facts::new(Now::new(datetime!(2026-10-01 03:00 UTC)))
        .with("account.name", "株式会社見本製作所")
        .with("account.kind", "corporation");
    let (reading, slips) = read(edition, procedure, &answers, &facts);
    let findings = judge(edition, procedure, &reading, &facts);
    let scene = Scene {
        form: &procedure.form,
        answers: &answers,
        reading: &reading,
        slips: &slips,
        findings: &findings,
        remarks: &[],
        open: &Open::All,
        missing: section.is_empty(),
        examiner: false,
        places: &Nowhere,
    };
    let Some(at) = procedure.form.sections.iter().position(|found| found.id == section) else {
        let sections = procedure.form.sections.iter().enumerate().filter(|(at, _)| reading.is_section_shown(*at));
        let body = html! {
            (ui::form::findings(&scene, &|_| Some("#section".to_owned())))
            @for (at, found) in sections {
                h2 { (found.title) }
                (ui::form::show(&scene, at, Some("#section"), None))
            }
        };
        return ui::page(ui::Site::Portal, "入力内容の確認", assets, body);
    };
    let title = procedure.form.sections.get(at).map_or("", |found| found.title.as_str());
    let fields = html! {
        (ui::form::draw(&scene, at))
        (ui::buttons(&[ui::button("保存して次へ進む").large().sends("_action", "next")]))
    };
    let body = ui::save_form("section", "#save", "token", fields).version(1).autosave("#autosave").render();
    ui::page(ui::Site::Portal, title, assets, body).problems(ui::form::problems(&scene, at)).csrf("token")
}
