//! Where things stand on the sheet, measured as on the official forms: text boxes in mm from the top left corner.

use hojo_words::letter::{Geometry, Item, LetterModel};

use crate::support::{MOMENT, application_copy, press, text_of};

const TOLERANCE_MM: f64 = 0.5;
const MM_PER_POINT: f64 = 25.4 / 72.0;

/// One word as `pdftotext -bbox` sees it, in mm.
#[derive(Debug)]
pub struct Word {
    pub page: usize,
    pub page_width: f64,
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub text: String,
}

pub fn words(pdf: &[u8]) -> Vec<Word> {
    let mut words = Vec::new();
    let (mut page, mut page_width) = (0, 0.0);
    for line in text_of(pdf, &["-bbox"]).lines() {
        let number = |name: &str| -> f64 {
            let start = line.find(&format!("{name}=\"")).unwrap() + name.len() + 2;
            line[start..].split('"').next().unwrap().parse::<f64>().unwrap() * MM_PER_POINT
        };
        if line.contains("<page ") {
            page += 1;
            page_width = number("width");
        } else if line.contains("<word ") {
            let text = line.split('>').nth(1).unwrap().split("</word").next().unwrap().to_owned();
            words.push(Word {
                page,
                page_width,
                left: number("xMin"),
                top: number("yMin"),
                right: number("xMax"),
                text,
            });
        }
    }
    words
}

/// The first word that begins like this.
fn find<'a>(words: &'a [Word], start: &str) -> &'a Word {
    let found = words.iter().find(|word| word.text.starts_with(start));
    found.unwrap_or_else(|| panic!("{start} not on the sheet: {words:#?}"))
}

fn near(what: &str, found: f64, wanted: f64) {
    assert!((found - wanted).abs() <= TOLERANCE_MM, "{what}: {found:.2} mm instead of {wanted:.2} mm");
}

fn text(s: &str) -> String {
    s.to_owned()
}

/// Both official forms with the same texts; only the geometry differs.
fn grant_decision(
    geometry: Geometry,
    label: &str,
    sender: [&str; 2],
    title: &[&str],
    heading: Option<&str>,
) -> LetterModel {
    let amount = |label: &str, amount: &str| Item { label: text(label), amount: Some(text(amount)), ..Item::default() };
    LetterModel {
        form_label: Some(text(label)),
        number: text("文書第１２号"),
        date_legal: text("令和9年2月15日"),
        addressee: vec![text("株式会社霞が関製作所　殿")],
        sender: sender.map(text).to_vec(),
        title: title.iter().map(|line| text(line)).collect(),
        body: vec![text(
            "令和8年10月28日付けで申請のあった補助金については、交付規程第１６条第１項の規定により、下記のとおり決定したので通知します。",
        )],
        items_heading: heading.map(text),
        items: vec![
            Item {
                text: text("補助対象経費及び補助金の額は、次のとおりとする。"),
                children: vec![amount("補助対象経費", "15,000,000円"), amount("補助金の額", "10,000,000円")],
                ..Item::default()
            },
            Item {
                text: text("補助金の額の確定は、実支出額に補助率を乗じて得た額と交付決定額とのいずれか低い額とする。"),
                ..Item::default()
            },
        ],
        geometry,
        lang: text("ja"),
        doc_title: text("交付決定通知書"),
        doc_id: text("paper-test"),
        ..LetterModel::default()
    }
}

#[test]
fn the_default_geometry_is_the_grant_decision_of_it_introduction() {
    let sender = ["サービス等生産性向上事業費補助金事務局", "事務局長"];
    let title = ["サービス等生産性向上ＩＴ導入支援事業費補助金", "交付決定通知書"];
    let model = grant_decision(Geometry::default(), "（様式第１）", sender, &title, Some("記"));
    let words = words(&press().print(&model, MOMENT).unwrap().pdf);

    near("form label x", find(&words, "（様式").left, 30.0);
    near("form label y", find(&words, "（様式").top, 20.5);
    near("number right", find(&words, "文書第").right, 180.3);
    near("number y", find(&words, "文書第").top, 27.4);
    near("date right", find(&words, "令和9年").right, 180.3);
    near("date y", find(&words, "令和9年").top, 34.5);
    near("addressee x", find(&words, "株式会社").left, 30.3);
    near("addressee y", find(&words, "株式会社").top, 41.6);
    near("sender right", find(&words, "サービス等生産性向上事業費").right, 180.3);
    near("sender y", find(&words, "サービス等生産性向上事業費").top, 48.6);
    near("sender 2 right", find(&words, "事務局長").right, 180.3);
    near("sender 2 y", find(&words, "事務局長").top, 55.5);
    for (start, y) in [("サービス等生産性向上ＩＴ", 72.6), ("交付決定", 80.7)] {
        let line = find(&words, start);
        near("title centre", (line.left + line.right) / 2.0, (30.0 + 180.3) / 2.0);
        near("title y", line.top, y);
    }
    near("body x", find(&words, "令和8年").left, 30.0 + 10.5 * MM_PER_POINT);
    near("body y", find(&words, "令和8年").top, 98.5);
    let heading = words.iter().find(|word| word.text == "記").unwrap();
    near("記 centre", (heading.left + heading.right) / 2.0, (30.0 + 180.3) / 2.0);
    near("記 y", heading.top, 133.9);
    near("円 x", find(&words, "15,000,000円").right - 10.5 * MM_PER_POINT, 109.6);
    let lines = find(&words, "10,000,000円").top - find(&words, "15,000,000円").top;
    near("line pitch", lines, 7.1);
}

#[test]
fn the_geometry_of_the_small_business_grant_is_only_data() {
    let geometry = Geometry {
        margin_left: text("20.0"),
        margin_right: text("20.7"),
        font_size: text("12"),
        line_pitch: text("5.85"),
        title_pitch: text("5.85"),
        number_right: text("190.0"),
        sender_align: text("left"),
        sender_x: text("92.0"),
        amount_x: text("117.4"),
        form_label_y: text("26.6"),
        number_y: text("38.3"),
        date_y: text("44.2"),
        addressee_y: text("55.8"),
        sender_y: text("67.5"),
        title_y: text("85.1"),
        body_y: text("96.7"),
        ..Geometry::default()
    };
    let sender = ["独立行政法人中小企業基盤整備機構", "理事長"];
    let model = grant_decision(geometry, "（様式第２）", sender, &["小規模事業者持続化補助金交付決定通知書"], None);
    let words = words(&press().print(&model, MOMENT).unwrap().pdf);

    near("form label x", find(&words, "（様式").left, 20.0);
    near("form label y", find(&words, "（様式").top, 26.6);
    near("number right", find(&words, "文書第").right, 190.0);
    near("number y", find(&words, "文書第").top, 38.3);
    near("date right", find(&words, "令和9年").right, 190.0);
    near("date y", find(&words, "令和9年").top, 44.2);
    near("殿 right", find(&words, "殿").right, 70.8);
    near("殿 y", find(&words, "殿").top, 55.8);
    near("sender x", find(&words, "独立行政法人").left, 92.0);
    near("sender y", find(&words, "独立行政法人").top, 67.5);
    near("sender 2 x", find(&words, "理事長").left, 92.0);
    near("sender 2 y", find(&words, "理事長").top, 73.4);
    let title = find(&words, "小規模事業者");
    near("title centre", (title.left + title.right) / 2.0, (20.0 + 189.3) / 2.0);
    near("title y", title.top, 85.1);
    near("body x", find(&words, "令和8年").left, 20.0 + 12.0 * MM_PER_POINT);
    near("body y", find(&words, "令和8年").top, 96.7);
    near("円 x", find(&words, "15,000,000円").right - 12.0 * MM_PER_POINT, 117.4);
    near("line pitch", find(&words, "10,000,000円").top - find(&words, "15,000,000円").top, 5.85);
}

#[test]
fn a_long_body_pushes_the_rest_down_and_flows_to_the_next_page() {
    let sender = ["事務局", "事務局長"];
    let mut model = grant_decision(Geometry::default(), "（様式第１）", sender, &["交付決定通知書"], Some("記"));
    model.body = vec!["本文はここに続きます。".repeat(120)];
    let sheet = press().print(&model, MOMENT).unwrap();
    let words = words(&sheet.pdf);
    assert_eq!(sheet.pages, 2);
    let heading = words.iter().find(|word| word.text == "記").unwrap();
    let last_of_body = words.iter().rposition(|word| word.text.contains("続きます。")).unwrap();
    let last_of_body = &words[last_of_body];
    assert_eq!(heading.page, 2);
    assert!(heading.top > last_of_body.top + 7.0 || last_of_body.page < 2, "記 runs into the body");
    assert!(words.iter().any(|word| word.text == "2/2"), "page number");
}

#[test]
fn a_letter_a_few_lines_too_long_is_set_closer_and_stays_on_one_sheet() {
    let mut model = crate::support::sample("adoption-notice");
    let sheet = press().print(&model, MOMENT).unwrap();
    assert_eq!(sheet.pages, 1);
    let words = words(&sheet.pdf);
    let pitch = find(&words, "10,000,000円").top - find(&words, "15,000,000円").top;
    assert!((5.5..6.29).contains(&pitch), "{pitch} mm");
    assert!(find(&words, "電話").top > find(&words, "以上").top);

    model.items.extend(model.items.clone());
    let longer = press().print(&model, MOMENT).unwrap();
    assert_eq!(longer.pages, 2, "a long letter keeps its pitch and takes a second sheet");
}

#[test]
fn nothing_leaves_the_page_in_any_kind_of_table() {
    let sheet = press().print(&application_copy(1), MOMENT).unwrap();
    for word in words(&sheet.pdf) {
        assert!(word.left >= 19.5 && word.right <= word.page_width - 19.5, "outside the text area: {word:?}");
    }
}

#[test]
fn the_five_year_plan_turns_the_page_and_its_figures_stay_whole() {
    let sheet = press().print(&application_copy(1), MOMENT).unwrap();
    let words = words(&sheet.pdf);
    let figures: Vec<&Word> = words.iter().filter(|word| word.text.starts_with("1,234,567,")).collect();
    assert_eq!(figures.len(), 19 * 6);
    for figure in figures {
        assert!(figure.page_width > 290.0, "upright page: {figure:?}");
        assert_eq!(figure.text.len(), "1,234,567,100".len());
    }
}
