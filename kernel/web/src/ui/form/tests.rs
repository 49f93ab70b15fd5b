//! Reading posts back, on a form built by hand: what a person may not change never gets into the patch.
use std::collections::BTreeMap;
use std::sync::Arc;

use hojo_programme::{
    Answers, ChoiceList, Condition, Field, FieldPath, FieldType, FileKind, FileRule, Form, Place, Raw, RawRow, RowPlan,
    Section, TableShape,
};

use super::parse::{Action, Posted, parse};
use super::scene::Open;

fn field(id: &str, kind: FieldType) -> Field {
    Field {
        id: id.to_owned(),
        label: id.to_owned(),
        kind,
        required: Condition::Never,
        shown: Condition::Always,
        value: None,
        from: None,
        help: String::new(),
        example: String::new(),
        clause: None,
        unit: String::new(),
        import: false,
        default: None,
        carried: vec![],
        statement: String::new(),
        group: String::new(),
        slot: 0,
        place: Place::default(),
    }
}

fn colours() -> Arc<ChoiceList> {
    let options = [("red", "赤"), ("blue", "青")];
    Arc::new(ChoiceList {
        id: "colour".into(),
        options: options.map(|(key, label)| (key.to_owned(), label.to_owned())).into_iter().collect(),
    })
}

fn form() -> Form {
    let columns = || {
        vec![
            Arc::new(field("gross", FieldType::Yen { signed: false })),
            Arc::new(field("item", FieldType::Text { limit: 80 })),
            Arc::new(field("tags", FieldType::Choices { list: colours(), max: None })),
        ]
    };
    let shape = |rows: RowPlan| {
        FieldType::Table(Arc::new(TableShape { columns: columns(), rows, transposed: false, row_shown: Vec::new() }))
    };
    let years = [("base", "基準年度"), ("y1", "1年目")].map(|(key, label)| (key.to_owned(), label.to_owned()));
    let files = FileRule {
        kinds: vec![FileKind::Pdf],
        max_bytes: 1,
        min_count: 0,
        max_count: 1,
        max_pages: None,
        name: String::new(),
    };
    let fields = [
        field("note", FieldType::Paragraph { limit: 100 }),
        field("capital", FieldType::Yen { signed: true }),
        field("colours", FieldType::Choices { list: colours(), max: None }),
        field("agree", FieldType::Consent),
        field("lines", shape(RowPlan::Free { min: 1, max: 3 })),
        field("plan", shape(RowPlan::Fixed(years.into_iter().collect()))),
        field("papers", FieldType::File(files)),
        field("elsewhere", FieldType::Text { limit: 10 }),
    ];
    let mut form = Form::default();
    form.fields = fields.into_iter().map(Arc::new).collect();
    form.slots = form.fields.iter().enumerate().map(|(slot, field)| (field.id.clone(), slot)).collect();
    let section = |id: &str, fields: Vec<usize>| Section {
        id: id.to_owned(),
        title: id.to_owned(),
        help: String::new(),
        clause: None,
        shown: Condition::Always,
        fields,
        place: Place::default(),
    };
    form.sections = vec![section("one", (0..7).collect()), section("two", vec![7])];
    form
}

fn pairs(posted: &[(&str, &str)]) -> Vec<(String, String)> {
    posted.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn post(posted: &[(&str, &str)]) -> Posted {
    parse(&form(), 0, &Open::All, &|_| false, &Answers::default(), &pairs(posted))
}

fn row(cells: &[(&str, &str)]) -> RawRow {
    let mut row: RawRow = cells.iter().map(|(id, text)| ((*id).to_owned(), Raw::from(*text))).collect();
    row.entry("tags".to_owned()).or_insert_with(|| Raw::Many(Vec::new()));
    row
}

fn rows(posted: &Posted, field: &str) -> Vec<RawRow> {
    match posted.patch.get(field) {
        Some(Raw::Rows(rows)) => rows.clone(),
        other => panic!("{field} holds {other:?}"),
    }
}

#[test]
fn text_is_taken_as_typed_and_amounts_lose_only_their_separators() {
    let cases = [
        ("note", "一行目\r\n二行目", "一行目\n二行目"),
        ("note", "  空白も残す\u{0}", "  空白も残す\u{0}"),
        ("capital", "1,234,567", "1234567"),
        ("capital", "-1,000", "-1000"),
        ("capital", "１，０００", "１，０００"),
        ("capital", "千円", "千円"),
        ("capital", ",", ","),
        ("capital", "", ""),
    ];
    for (id, typed, expected) in cases {
        assert_eq!(post(&[(id, typed)]).patch.get(id), Some(&Raw::from(expected)), "{typed:?}");
    }
}

#[test]
fn unticked_and_absent_stay_different() {
    assert!(post(&[]).patch.is_empty());
    let cleared = post(&[("_has", "colours"), ("_has", "agree"), ("_has", "no_such_field")]).patch;
    assert_eq!(cleared.get("colours"), Some(&Raw::Many(Vec::new())));
    assert_eq!(cleared.get("agree"), Some(&Raw::from("")));
    assert_eq!(cleared.len(), 2);
    let ticked = post(&[("_has", "colours"), ("colours", "red"), ("colours", "blue")]).patch;
    assert_eq!(ticked.get("colours"), Some(&Raw::Many(vec!["red".into(), "blue".into()])));
}

#[test]
fn only_this_sections_own_fields_are_taken() {
    let posted = post(&[
        ("elsewhere", "x"),
        ("papers", "evil.pdf"),
        ("unknown", "x"),
        ("__proto__", "x"),
        ("lines", "x"),
        ("", "x"),
    ]);
    assert!(posted.patch.is_empty(), "{posted:?}");
    let filled =
        parse(&form(), 0, &Open::All, &|field| field.id == "note", &Answers::default(), &pairs(&[("note", "x")]));
    assert!(filled.patch.is_empty(), "a known fact is not typed over");
    let outside = parse(&form(), 99, &Open::All, &|_| false, &Answers::default(), &pairs(&[("note", "x")]));
    assert!(outside.patch.is_empty());
}

#[test]
fn rows_close_up_and_blank_ones_at_the_end_go() {
    let posted = post(&[
        ("lines[999999999999999999].item", "後"),
        ("lines[2].item", "先"),
        ("lines[2].gross", "1,000"),
        ("lines[5].item", ""),
        ("lines[9999999999999999999999].item", "too far"),
        ("lines[-1].item", "x"),
        ("lines[+3].item", "x"),
        ("lines[1e3].item", "x"),
        ("lines[0]", "x"),
        ("lines[0].no_such", "x"),
        ("lines[].item", "x"),
        ("lines[0].item[0].item", "x"),
    ]);
    let found = rows(&posted, "lines");
    let blank = row(&[("gross", ""), ("item", "")]);
    let expected =
        [blank.clone(), row(&[("gross", "1000"), ("item", "先")]), blank, row(&[("gross", ""), ("item", "後")])];
    assert_eq!(found, expected, "blank rows between others stay, so that messages find their row");
}

#[test]
fn rows_are_added_up_to_the_limit_and_removed_by_their_posted_number() {
    let two = [("_has", "lines"), ("lines[0].item", "a"), ("lines[1].item", "b")];
    let added = post(&[&two[..], &[("_action", "add:lines")]].concat());
    assert_eq!(rows(&added, "lines").len(), 3);
    assert_eq!(added.action, Action::Added { field: "lines".into() });

    let three = [&two[..], &[("lines[2].item", "c")]].concat();
    let full = post(&[&three[..], &[("_action", "add:lines")]].concat());
    assert_eq!(full.action, Action::Full { field: "lines".into(), most: 3 });
    assert_eq!(rows(&full, "lines").len(), 3);

    let removed = post(&[&three[..], &[("_action", "remove:lines:1")]].concat());
    assert_eq!(removed.action, Action::Removed { field: "lines".into(), row: 1 });
    assert_eq!(rows(&removed, "lines"), [row(&[("gross", ""), ("item", "a")]), row(&[("gross", ""), ("item", "c")])]);

    for nonsense in
        ["remove:lines:77", "remove:lines:", "remove::", "remove:other:0", "add:", "add:plan", "remove:plan:0"]
    {
        let posted = post(&[&three[..], &[("_action", nonsense)]].concat());
        assert_eq!(rows(&posted, "lines").len(), 3, "{nonsense}");
        assert_eq!(posted.action, Action::Other(nonsense.to_owned()));
    }
}

#[test]
fn fixed_rows_keep_their_number() {
    let posted = post(&[("plan[1].gross", "5"), ("plan[7].gross", "9"), ("_action", "remove:plan:0")]);
    assert_eq!(rows(&posted, "plan"), [RawRow::new(), row(&[("gross", "5")])]);
}

#[test]
fn a_return_opens_what_was_remarked_and_nothing_else() {
    let mut current = Answers::default();
    current.set("note", Raw::from("前"));
    let before = vec![row(&[("gross", "1"), ("item", "a")]), row(&[("gross", "2"), ("item", "b")])];
    current.set("lines", Raw::Rows(before.clone()));
    let open = Open::Only([FieldPath::cell("lines", 1, "gross")].into());
    let all = pairs(&[
        ("note", "書き換え"),
        ("lines[0].gross", "100"),
        ("lines[1].gross", "200"),
        ("lines[1].item", "z"),
        ("lines[2].item", "new"),
        ("_action", "add:lines"),
    ]);
    let posted = parse(&form(), 0, &open, &|_| false, &current, &all);
    assert_eq!(posted.patch.keys().collect::<Vec<_>>(), ["lines"]);
    assert_eq!(rows(&posted, "lines"), [before[0].clone(), row(&[("gross", "200"), ("item", "b")])]);
    let shut = parse(&form(), 0, &Open::Nothing, &|_| false, &current, &all);
    assert!(shut.patch.is_empty());
    assert_eq!(posted.apply(&current).text("note"), "前");
}

#[test]
fn files_are_removed_only_from_file_fields() {
    let asked = |value: &str| post(&[("_action", value)]).action;
    assert_eq!(asked("remove-file:papers:abc"), Action::RemoveFile { field: "papers".into(), file: "abc".into() });
    assert_eq!(asked("remove-file:note:abc"), Action::Other("remove-file:note:abc".into()));
}

#[test]
fn any_names_at_all_are_survived() {
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let pieces =
        ["lines", "[", "]", "].", "0", "9999", ".", "gross", "_action", "_has", "あ", "\u{0}", "remove:", ":", "note"];
    for _ in 0..2_000 {
        let mut names = Vec::new();
        for _ in 0..8 {
            let mut name = String::new();
            for _ in 0..5 {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                name.push_str(pieces[usize::try_from(seed % 15).unwrap()]);
            }
            names.push((name.clone(), name));
        }
        let posted = parse(&form(), 0, &Open::All, &|_| false, &Answers::default(), &names);
        let known: BTreeMap<String, usize> = form().slots.into_iter().collect();
        assert!(posted.patch.keys().all(|id| known.contains_key(id)));
    }
}
