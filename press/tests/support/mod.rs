//! Letters and rulers for the tests and benches of the press.
#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "each test or example uses a part of it, and an example counts as no test for clippy"
)]

pub mod definitions;

use std::path::{Path, PathBuf};
use std::process::Command;

use hojo_press::Press;
use hojo_words::letter::{Item, Layout, LetterModel, Section, Table};
use time::OffsetDateTime;
use time::macros::datetime;

pub const MOMENT: OffsetDateTime = datetime!(2027-02-15 10:00:00 +9);

/// The font directory: `HOJO_PRESS_FONTS`, else the one `start` fills.
pub fn fonts() -> PathBuf {
    std::env::var_os("HOJO_PRESS_FONTS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../var/fonts"), PathBuf::from)
}

pub fn press() -> Press {
    Press::open(&fonts()).expect("fonts: run press/fonts-setup first")
}

pub fn sample(name: &str) -> LetterModel {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(format!("{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// What `pdftotext` reads from these bytes.
pub fn text_of(pdf: &[u8], options: &[&str]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("letter.pdf");
    std::fs::write(&file, pdf).unwrap();
    let output = Command::new("pdftotext").args(options).arg(&file).arg("-").output().expect("poppler-utils");
    assert!(output.status.success(), "pdftotext: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The same without any white space: line breaks of the layout do not matter.
pub fn run_of(pdf: &[u8]) -> String {
    text_of(pdf, &["-raw"]).split_whitespace().collect()
}

/// A copy of an application: all kinds of sections; `texts` long answers make it longer.
pub fn application_copy(texts: usize) -> LetterModel {
    let mut sections = vec![company(), officers(), accounts()];
    for at in 0..texts {
        sections.push(plan_text(at));
    }
    sections.extend([five_years(), expenses(), files()]);
    LetterModel {
        layout: Layout::ApplicationCopy,
        number: "R08-1-000123".into(),
        date_legal: "令和8年10月28日 17時42分08秒".into(),
        title: vec!["応募申請書（控）".into()],
        body: vec!["この書面は、電子申請システムが受け付けた応募申請の内容の控えです。".into()],
        items: vec![
            item("公募回", "令和8年度新事業進出・ものづくり商業サービス補助金（第1回公募）"),
            item("申請者", "株式会社霞が関製作所（法人番号 7000012050002）"),
            item("申請内容のハッシュ値（SHA-256）", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        ],
        sections,
        footer: "受付番号 R08-1-000123　定義の版 2026-r1".into(),
        lang: "ja".into(),
        doc_title: "応募申請書（控） R08-1-000123".into(),
        doc_id: "copy-r08-1-000123".into(),
        ..LetterModel::default()
    }
}

fn item(label: &str, text: &str) -> Item {
    Item { label: label.into(), text: text.into(), ..Item::default() }
}

fn rows(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect()
}

fn words(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn company() -> Section {
    Section {
        title: "申請者情報".into(),
        rows: rows(&[
            ("商号又は名称", "株式会社霞が関製作所"),
            ("商号又は名称（カナ）", "カスミガセキセイサクジョ"),
            ("法人番号", "7000012050002"),
            ("本店所在地", "〒100-8901\n東京都千代田区霞が関１－３－１"),
            ("代表者", "代表取締役　髙﨑　太郎"),
            ("資本金", "30,000,000円"),
            ("常勤従業員数", "20人"),
            ("業種（日本標準産業分類）", "Ｅ 製造業　26 生産用機械器具製造業"),
            (
                "ホームページ",
                "https://www.example.co.jp/company/profile/history/2026/products/semiconductor/inspection-jig/index.html?lang=ja",
            ),
        ]),
        ..Section::default()
    }
}

fn officers() -> Section {
    let shareholders =
        (1..=12).map(|n| words(&[&format!("株主{n}"), "東京都港区", &format!("{n}.00%"), "いいえ"])).collect();
    Section {
        title: "株主・役員".into(),
        rows: vec![],
        tables: vec![Table {
            title: "株主等一覧".into(),
            head: words(&["氏名・名称", "所在地", "出資比率", "大企業"]),
            rows: shareholders,
            numeric: vec![2],
            ..Table::default()
        }],
        ..Section::default()
    }
}

fn accounts() -> Section {
    let line = |name: &str, a: &str, b: &str| words(&[name, a, b]);
    Section {
        title: "決算".into(),
        rows: vec![],
        tables: vec![Table {
            title: "直近2期の決算（円）".into(),
            head: words(&["科目", "前々期（2025年3月期）", "前期（2026年3月期）"]),
            rows: vec![
                line("売上高", "512,345,678", "534,567,890"),
                line("営業利益", "12,345,678", "▲3,456,789"),
                line("人件費", "98,765,432", "101,234,567"),
            ],
            numeric: vec![1, 2],
            ..Table::default()
        }],
        ..Section::default()
    }
}

fn plan_text(at: usize) -> Section {
    let sentence = "当社は昭和四十五年の創業以来、半導体検査装置向けの精密治具を製造してきた。国内の主要な装置メーカー３社と取引があり、\
        売上高の約70％を占める。近年は微細化の進展により、従来の切削加工では要求精度を満たせない案件が増えている。";
    let text = vec![sentence.repeat(4); 3].join("\n\n");
    Section {
        title: format!("事業計画（{}）", at + 1),
        rows: rows(&[("現在の事業と課題", &text), ("補助事業の具体的な内容", &text)]),
        ..Section::default()
    }
}

fn five_years() -> Section {
    let names = [
        "売上高",
        "売上原価",
        "売上総利益",
        "販売費及び一般管理費",
        "営業利益",
        "営業外費用",
        "経常利益",
        "人件費",
        "減価償却費",
        "付加価値額",
        "付加価値額の年平均成長率（％）",
        "給与支給総額",
        "給与支給総額の年平均成長率（％）",
        "従業員数（人）",
        "従業員一人当たり給与支給総額",
        "従業員一人当たり給与支給総額の年平均成長率（％）",
        "事業場内最低賃金（円）",
        "設備投資額",
        "研究開発費",
    ];
    let row = |name: &&str| {
        let mut cells = vec![(*name).to_owned()];
        cells.extend((0..6).map(|year| format!("1,234,567,{:03}", 100 + year * 37)));
        cells
    };
    Section {
        title: "5年間の会社計画".into(),
        rows: vec![],
        tables: vec![Table {
            title: "会社全体の計画（円）".into(),
            head: words(&[
                "項目",
                "基準年度\n2026年3月期",
                "1年目\n2027年3月期",
                "2年目\n2028年3月期",
                "3年目\n2029年3月期",
                "4年目\n2030年3月期",
                "5年目\n2031年3月期",
            ]),
            rows: names.iter().map(row).collect(),
            numeric: (1..=6).collect(),
            ..Table::default()
        }],
        ..Section::default()
    }
}

fn expenses() -> Section {
    let line = |n: usize| {
        words(&[
            &n.to_string(),
            "機械装置・システム構築費",
            "５軸制御マシニングセンタ（超精密仕様）一式",
            "1",
            "15,000,000",
            "16,500,000",
            "15,000,000",
        ])
    };
    Section {
        title: "経費明細".into(),
        rows: rows(&[("補助対象経費の合計", "60,000,000円"), ("補助金申請額", "10,000,000円")]),
        tables: vec![Table {
            title: "経費明細表".into(),
            head: words(&["No.", "費目", "内容", "数量", "単価（税抜）", "総額（税込）", "補助対象経費"]),
            rows: (1..=45).map(line).collect(),
            numeric: vec![0, 3, 4, 5, 6],
            ..Table::default()
        }],
        ..Section::default()
    }
}

fn files() -> Section {
    let file = |n: usize| {
        let sha = format!("{n:02x}").repeat(32);
        words(&["決算書（直近期）", &format!("決算書_2026年3月期_{n}.pdf"), "2,345,678", &sha])
    };
    Section {
        title: "添付書類".into(),
        rows: vec![],
        tables: vec![Table {
            title: String::new(),
            head: words(&["書類", "ファイル名", "大きさ（バイト）", "ハッシュ値（SHA-256）"]),
            rows: (1..=10).map(file).collect(),
            numeric: vec![2],
            ..Table::default()
        }],
        ..Section::default()
    }
}
