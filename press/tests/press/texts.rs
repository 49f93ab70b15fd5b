//! Whatever an applicant typed comes out as typed, or the letter says which character cannot.

use hojo_press_client::wire::{NoteKind, ProblemKind, Reason};
use hojo_words::letter::LetterModel;
use serde_json::Value;

use crate::paper::words;
use crate::support::{MOMENT, application_copy, press, run_of, sample};

const HOSTILE: &str = r##"#eval("x")[*_$ #panic() `raw` <label> @ref \u{41} \ == -- --- ... 'q' "q" //x /*y*/ ~ #sys.inputs ]}{ $x^2$ *b* _i_ - a + b / c: d #import "/etc/passwd": * https://a.example"##;

/// Puts `text` into every text of the letter that is drawn.
fn everywhere(model: &LetterModel, text: &str) -> (LetterModel, usize) {
    fn fill(value: &mut Value, text: &str, count: &mut usize) {
        match value {
            Value::String(old) => {
                *old = text.to_owned();
                *count += 1;
            }
            Value::Array(parts) => parts.iter_mut().for_each(|part| fill(part, text, count)),
            Value::Object(parts) => parts.values_mut().for_each(|part| fill(part, text, count)),
            _ => {}
        }
    }
    let mut json = serde_json::to_value(model).unwrap();
    let mut count = 0;
    for (name, part) in json.as_object_mut().unwrap() {
        if !["layout", "geometry", "lang", "doc_id"].contains(&name.as_str()) {
            let counted = if name == "doc_title" { &mut 0 } else { &mut count };
            fill(part, text, counted);
        }
    }
    (serde_json::from_value(json).unwrap(), count)
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn markup_in_a_notice_is_only_text() {
    let (model, count) = everywhere(&sample("adoption-notice"), HOSTILE);
    let sheet = press().print(&model, MOMENT).unwrap();
    let text = run_of(&sheet.pdf);
    // The footer stands on every page; a text that goes over the end of a page is cut in two by it.
    let pages = usize::try_from(sheet.pages).unwrap();
    let wanted = count - 1 + pages;
    assert!(text.matches(&squeezed(HOSTILE)).count() > wanted - pages, "{text}");
    for mark in ["#eval(\"x\")", "#panic()", "@ref", "$x^2$", "https://a.example"] {
        let whole = text.matches(mark).count();
        assert!(whole <= wanted && whole + pages > wanted, "{mark}: {whole} of {wanted} in {text}");
    }
}

#[test]
fn markup_in_an_application_copy_is_only_text() {
    let mut model = application_copy(1);
    for section in &mut model.sections {
        for (label, value) in &mut section.rows {
            *label = HOSTILE.to_owned();
            *value = HOSTILE.to_owned();
        }
        for table in &mut section.tables {
            table.title = HOSTILE.to_owned();
        }
    }
    let pairs: usize = model.sections.iter().map(|s| s.rows.len()).sum();
    let titles: usize = model.sections.iter().map(|s| s.tables.len()).sum();
    let layout = crate::support::text_of(&press().print(&model, MOMENT).unwrap().pdf, &["-raw"]);
    let found = squeezed(&layout).matches(&squeezed(HOSTILE)).count();
    // Labels and values stand side by side, so that a reader by lines mixes them; titles stand alone.
    assert!(found >= titles, "{found} of {titles} titles");
    let marks = squeezed(&layout).matches("#panic()").count();
    assert_eq!(marks, 2 * pairs + titles);
}

#[test]
fn very_long_names_stay_on_the_paper_and_complete() {
    let mut model = sample("adoption-notice");
    let japanese = "株式会社寿限無寿限無五劫の擦り切れ海砂利水魚の水行末雲来末風来末".repeat(8);
    let latin = "Supercalifragilisticexpialidocious".repeat(9);
    model.footer = String::new();
    model.addressee = vec![japanese.clone(), latin.clone()];
    model.sender = vec![japanese.clone()];
    model.title = vec![japanese.clone()];
    model.items[0].label = japanese.clone();
    model.items[1].text = latin.clone();
    let sheet = press().print(&model, MOMENT).unwrap();
    for word in words(&sheet.pdf) {
        assert!(word.left >= 28.0 && word.right <= 181.5, "outside the text area: {word:?}");
    }
    // A name that goes over the end of a page is whole again without the page number.
    let number = |text: String, page: u32| text.replace(&format!("{page}/{}", sheet.pages), "");
    let text = (1..=sheet.pages).fold(run_of(&sheet.pdf), number);
    assert_eq!(text.matches(&japanese).count(), 4);
    assert_eq!(text.matches(&latin).count(), 2);
}

#[test]
fn a_copy_of_a_hundred_pages_is_printed_and_numbered() {
    let sheet = press().print(&application_copy(75), MOMENT).unwrap();
    assert!(sheet.pages >= 100, "{} pages", sheet.pages);
    let text = run_of(&sheet.pdf);
    assert!(text.contains(&format!("{0}/{0}", sheet.pages)));
    assert!(text.contains("事業計画（75）"));
}

#[test]
fn a_character_without_shape_names_itself_and_its_place() {
    let press = press();
    let cases = [
        ("😀商店", "😀", "U+1F600", Reason::NoGlyph),
        ("\u{E000}川製作所", "\u{E000}", "U+E000", Reason::PrivateUse),
        ("山\u{0}田", "U+0000", "U+0000", Reason::Control),
        ("𰀀田商店", "𰀀", "U+30000", Reason::NoGlyph),
    ];
    for (name, character, codepoint, reason) in cases {
        let mut model = sample("adoption-notice");
        model.addressee[1] = name.to_owned();
        let problem = press.print(&model, MOMENT).err().unwrap();
        assert_eq!(problem.kind, ProblemKind::MissingGlyph);
        assert_eq!(problem.character.as_deref(), Some(character));
        assert_eq!(problem.codepoint.as_deref(), Some(codepoint));
        assert_eq!(problem.field.as_deref(), Some("addressee[1]"));
        assert_eq!(problem.unprintable[0].reason, reason);
        assert_eq!(problem.unprintable[0].place, "宛先 2行目");
        assert_eq!(press.unprintable(&model), problem.unprintable);
    }
}

#[test]
fn the_place_in_an_application_copy_has_the_words_of_the_form() {
    let mut model = application_copy(0);
    model.sections[0].rows[0].1 = "😀".into();
    model.sections[1].tables[0].rows[4][1] = "😀".into();
    let found = press().unprintable(&model);
    assert_eq!(found[0].field, "sections[0].rows[0][1]");
    assert_eq!(found[0].place, "申請者情報 商号又は名称");
    assert_eq!(found[1].place, "株主・役員 株主等一覧 5行目 所在地");
}

#[test]
fn names_with_rare_and_variant_characters_are_printed() {
    let mut model = sample("adoption-notice");
    // 𠮷 is only in the second font; 葛 + selector has a shape of its own; か + combining ゛ is one character.
    model.addressee = vec!["髙﨑 𠮷野 葛\u{E0100}城 神\u{FA19} がぎ か\u{3099} Ａｂｃ ㈱ ①".into()];
    let sheet = press().print(&model, MOMENT).unwrap();
    let text = run_of(&sheet.pdf);
    for name in ["髙﨑", "𠮷野", "葛", "㈱"] {
        assert!(text.contains(name), "{name} missing in {text}");
    }
    assert_eq!(sheet.notes, []);
}

#[test]
fn invisible_characters_are_left_out_with_a_note() {
    let mut model = sample("adoption-notice");
    model.addressee[1] = "株式\u{200B}会社\u{202E}甲乙\u{FEFF}丙".into();
    let sheet = press().print(&model, MOMENT).unwrap();
    assert!(run_of(&sheet.pdf).contains("株式会社甲乙丙"));
    assert_eq!(sheet.notes.len(), 3);
    assert_eq!(sheet.notes[0].kind, NoteKind::InvisibleCharacter);
    assert_eq!(sheet.notes[0].codepoint, "U+200B");
}
