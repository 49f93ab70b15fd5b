//! Answers of an example typed into a run over HTTP, section by section, as somebody without scripts would.

use hojo_programme::{Answers, Field, Procedure, Raw};
use hojo_testkit::browser::Browser;
use hojo_testkit::form::FileToSend;
use hojo_testkit::pdf::small_pdf;

/// Types every section of the form at `base` (`/filings/…`, `/intake/filings/…`) and attaches what the example attaches.
/// What the example leaves out is left blank, also where something was carried over.
pub async fn type_answers(b: &Browser, base: &str, procedure: &Procedure, answers: &Answers) {
    for section in &procedure.form.sections {
        let path = format!("{base}/sections/{}", section.id);
        let page = b.go(&path).await.unwrap();
        // Not asked, as things stand.
        if page.status == 404 {
            continue;
        }
        let form = page.ok().unwrap().form(&path).unwrap();
        let fields = section.fields.iter().filter_map(|slot| procedure.form.fields.get(*slot));
        let typed: Vec<&Field> = fields.map(|f| f.as_ref()).filter(|f| f.from.is_none() && f.value.is_none()).collect();
        let mut pairs: Vec<(String, String)> = ["_csrf", "_version"]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), form.get(name)?)))
            .chain([("_action".to_owned(), "list".to_owned())])
            .collect();
        for field in typed.iter().filter(|field| field.file().is_none()) {
            pairs.extend(pairs_of(field, answers.get(&field.id)));
        }
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let saved = b.post_fields(&path, &pairs).await.unwrap();
        assert!(saved.status.is_redirection(), "{path}: {} {}", saved.status, saved.words());
        // Which papers are asked for follows from what was typed.
        for field in typed.iter().filter(|field| field.file().is_some()) {
            let files = match answers.get(&field.id) {
                Some(Raw::Files(files)) => files.len(),
                _ => 0,
            };
            for n in 0..files {
                attach(b, &path, &field.id, &format!("{base} {} {n}", field.id)).await;
            }
        }
    }
}

/// One small PDF, by the button of its field.
async fn attach(b: &Browser, path: &str, field: &str, words: &str) {
    let mut form = b.get(path).await.unwrap().form(path).unwrap();
    let label =
        form.buttons.iter().find(|b| b.action.as_ref().is_some_and(|a| a.ends_with(&format!("/files/{field}"))));
    let button = label.unwrap_or_else(|| panic!("{path} takes no file as {field}")).clone();
    let bytes = small_pdf(words);
    let file = FileToSend { name: format!("{field}.pdf"), media_type: "application/pdf".into(), bytes };
    form.attach(field, file).unwrap();
    let answer = b.post(&form, Some(&button)).await.unwrap();
    assert!(answer.status.is_redirection(), "{path} {field}: {} {}", answer.status, answer.words());
}

fn pairs_of(field: &Field, raw: Option<&Raw>) -> Vec<(String, String)> {
    let id = &field.id;
    let mut pairs = vec![("_has".to_owned(), id.clone())];
    match raw {
        None if field.table().is_none() => pairs.push((id.clone(), String::new())),
        None | Some(Raw::Files(_)) => {}
        Some(Raw::Text(text)) => pairs.push((id.clone(), text.clone())),
        Some(Raw::Many(many)) => pairs.extend(many.iter().map(|one| (id.clone(), one.clone()))),
        Some(Raw::Rows(rows)) => {
            for (at, row) in rows.iter().enumerate() {
                for (column, cell) in row {
                    let name = format!("{id}[{at}].{column}");
                    match cell {
                        Raw::Text(text) => pairs.push((name, text.clone())),
                        Raw::Many(many) => pairs.extend(many.iter().map(|one| (name.clone(), one.clone()))),
                        Raw::Files(_) | Raw::Rows(_) => {}
                    }
                }
            }
        }
    }
    pairs
}
