//! Every component on one page, for people and for the axe run: `cargo run -p hojo-web --example gallery -- <page> <assets>`
//! writes HTML to standard output. Pages: `portal`, `form`, `office`, `plain`. `<assets>` is where app.css and app.js lie.
#![expect(clippy::print_stdout, reason = "the page is the output")]

use hojo_web::ui::{self, Choice, Control, Mark, NavGroup, NavItem, Tone};
use maud::{Markup, Render, html};
use time::macros::datetime;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let which = arguments.next().unwrap_or_else(|| "portal".to_owned());
    let base = arguments.next().unwrap_or_else(|| "/assets".to_owned());
    let assets = ui::Assets {
        css: format!("{base}/app.css"),
        js: format!("{base}/app.js"),
        icon: Some(format!("{base}/favicon.svg")),
    };
    let page = match which.as_str() {
        "form" => form(assets),
        "office" => office(assets),
        "plain" => plain(assets),
        _ => portal(assets),
    };
    println!("{}", page.render().into_string());
}

fn applicant() -> ui::SignedIn {
    ui::SignedIn {
        name: "株式会社見本製作所".into(),
        role: Some("見本 太郎（プライム）".into()),
        sign_out: "/sign-out".into(),
        sign_in: "/sign-in".into(),
        ends_in_seconds: Some(3_600),
        ends_for_good_in_seconds: None,
        extend: Some("/session/extend".into()),
    }
}

fn frame(page: ui::Shell) -> ui::Shell {
    let mut messages = NavItem::new("お知らせ", "#messages", false);
    messages.count = 2;
    page.nav(vec![
        NavItem::new("マイページ", "#home", true),
        NavItem::new("申請・届出", "#filings", false),
        messages,
        NavItem::new("通知書", "#letters", false),
        NavItem::new("会社情報", "#company", false),
    ])
    .signed_in(applicant())
    .demo("これは動作確認用の環境です。実際の申請には使えません。")
    .csrf("token")
    .help(html! { p { "補助金事務局コールセンター　電話 0570-00-0000（平日 9:00〜17:00）" } })
    .footer(vec![NavItem::new("よくある質問", "#faq", false), NavItem::new("個人情報の取扱い", "#privacy", false)])
}

fn portal(assets: ui::Assets) -> ui::Shell {
    let now = datetime!(2026-10-27 05:00 UTC);
    let due = datetime!(2026-10-30 09:00 UTC);
    let body = html! {
        (ui::panel("今すること", &html! {
            (ui::task_list(&[
                task("誓約・同意", Some("#a"), None, ui::chip(Tone::Success, "入力済み")),
                task("申請者の概要", Some("#b"), Some("資本金、従業員数"), ui::chip(Tone::Error, "直すところがあります")),
                task("事業計画", Some("#c"), Some("8項目のうち3項目を入力しました"), ui::chip(Tone::Info, "入力中")),
                task("経費明細", Some("#d"), None, ui::plain_chip("未入力")),
                task("添付書類", None, Some("「申請者の概要」を入力すると始められます"), ui::plain_chip("まだ始められません")),
            ]))
            p { "提出期限：" (ui::deadline(due, now)) }
            (ui::buttons(&[ui::link_button("入力内容を確認する", "#check").large(), ui::link_button("あとで続ける", "#later").outline().large()]))
        }))
        (ui::steps("申請の流れ", &[step("入力", ui::StepState::Done), step("確認", ui::StepState::Current), step("提出", ui::StepState::Ahead)]))
        h2 { "お知らせの種類" }
        (ui::banner(Tone::Info, "通知書が届きました").body(html! { p { "採択通知書を発行しました。" a href="#letter" { "通知書を開く" } } }))
        (ui::banner(Tone::Success, "提出を受け付けました").body(html! { p { "受付番号 R1-000123（2026/10/27 14:03:09）" } }))
        (ui::banner(Tone::Warn, "GビズIDの登録情報が変わりました").body(html! { p { "社名等変更届の提出が必要です。" a href="#change" { "手続を始める" } } }))
        (ui::banner(Tone::Error, "ファイルを受け取れませんでした").body(html! { p { "パスワードを外して、もう一度アップロードしてください。" } }))
        h2 { "金額と履歴" }
        (ui::staircase(&[("申請", Some(12_500_000_i64)), ("採択", Some(12_500_000)), ("交付決定", Some(11_800_000)), ("確定", Some(10_234_567)), ("支払", None)]))
        (ui::timeline(&[
            ui::Happened { at: datetime!(2026-10-27 05:03 UTC), what: html! { p { "応募申請を提出しました。" } }, who: Some("見本 太郎".into()) },
            ui::Happened { at: datetime!(2026-10-25 01:12 UTC), what: html! { p { "決算書（直近期）を追加しました。" } }, who: Some("見本 花子".into()) },
            ui::Happened { at: datetime!(2026-10-20 00:30 UTC), what: html! { p { "応募申請の作成を始めました。" } }, who: Some("見本 太郎".into()) },
        ]))
        h2 { "確認画面" }
        (ui::answers(&[
            ui::Answer::text("商号又は名称", "株式会社見本製作所"),
            ui::Answer::text("資本金・出資金", "30,000,000円").change("#capital"),
            ui::Answer::text("ウェブサイト", "").change("#website"),
            ui::Answer { error: Some("従業員数は1人以上で入力してください。".into()), ..ui::Answer::text("従業員数", "0人").change("#employees") },
        ]))
        h2 { "変更前後の比較" }
        (ui::comparison("前回の提出", "今回の入力", &[
            compared("資本金・出資金", Some("30,000,000円"), Some("35,000,000円")),
            compared("経費明細表 2行目", None, Some("外注費　1,200,000円")),
            compared("商号又は名称", Some("株式会社見本製作所"), Some("株式会社見本製作所")),
        ]))
        (ui::progress("通知書を作成しています", 120, 300))
        (ui::disclosure("補助率の計算方法", &html! { p { "補助対象経費に補助率を掛け、円未満を切り捨てます。" } }))
        (ui::button("取下げの内容を見る").outline().opens("withdraw"))
        (ui::dialog("withdraw", "申請の取下げ", &html! { p { "取り下げると元に戻せません。" } (ui::buttons(&[ui::button("取り下げる").danger()])) }))
        (ui::empty("提出した届出はまだありません", &html! { p { "始められる手続は" a href="#start" { "申請・届出" } "から選べます。" } }))
    };
    frame(ui::page(ui::Site::Portal, "マイページ", assets, body))
        .notice(ui::emergency(
            "GビズIDの障害について",
            &html! { p { "現在、GビズIDでログインできません。期限の扱いは復旧後にお知らせします。" } },
        ))
        .breadcrumb(vec![("トップ".into(), "#top".into())])
}

fn task(title: &str, href: Option<&str>, hint: Option<&str>, state: ui::Chip) -> ui::Task {
    ui::Task { title: title.into(), href: href.map(Into::into), hint: hint.map(Into::into), state }
}

fn step(title: &str, state: ui::StepState) -> ui::Step {
    ui::Step { title: title.into(), state, href: (state == ui::StepState::Done).then(|| "#back".into()) }
}

fn compared(label: &str, before: Option<&str>, after: Option<&str>) -> ui::Compared {
    ui::Compared { label: label.into(), before: before.map(Into::into), after: after.map(Into::into) }
}

fn words(pairs: &[(&str, &str)]) -> Vec<Choice> {
    pairs.iter().map(|(value, label)| Choice::new(*value, *label)).collect()
}

fn form(assets: ui::Assets) -> ui::Shell {
    let body = html! {
        (ui::fixed("name", "商号又は名称", "株式会社見本製作所", "GビズIDに登録されている情報です。"))
        (ui::text_field("name_kana", "商号又は名称（カナ）").required().example("カブシキガイシャミホン").value("カブシキガイシャミホンセイサクショ"))
        (ui::field("postal_code", "本社の郵便番号", Control::Line { max: Some(8), mode: ui::Mode::Postal }).required().example("105-0001").postal_into("address", None))
        (ui::text_field("address", "本社所在地").required())
        (ui::yen_field("capital", "資本金・出資金").required().hint("申請日時点の額を円単位で入力してください。").clause("要領 2-4").value("3千万").error("資本金・出資金は数字で入力してください。例：30000000"))
        (ui::date_field("founded_on", "創業・設立日").required().value("平成元年4月1日"))
        (ui::select("industry", "主たる業種", words(&[("24", "24 金属製品製造業"), ("25", "25 はん用機械器具製造業")])).required().hint("直近1年間の売上高が最も大きい業種を選んでください。"))
        (ui::radios("entity", "事業形態", words(&[("corporation", "会社"), ("sole", "個人事業主"), ("npo", "特定非営利活動法人")])).required().value("corporation"))
        (ui::field("small", "小規模事業者として申請する", Control::Radios { choices: words(&[("yes", "はい"), ("no", "いいえ")]), inline: true }).required().remark("従業員数と合いません。もう一度お確かめください。"))
        (ui::checks("special", "希望する特例", vec![
            Choice { value: "wage".into(), label: "大幅賃上げ特例".into(), hint: Some("給与支給総額を年平均6％以上増やす計画の場合".into()) },
            Choice::new("minimum", "最低賃金引上げ特例"),
        ]).optional())
        (ui::consent("consent", "反社会的勢力でないこと", "上記の内容に同意します").required().hint("申請者及びその役員は、反社会的勢力に該当せず、関係も持ちません。"))
        (ui::textarea("plan", "事業の概要", 400).required().hint("審査の対象になります。図や表は使えません。").value("当社は金属加工を主な事業とし、\n新たに医療機器部品へ進出します。").ask("前回の申請と同じ文章です。このままでよいか確認してください。"))
        (ui::field("bank", "金融機関", Control::Lookup { source: "/masters/banks".into(), shown: Some("みずほ銀行".into()), within: None }).required().value("0001").hint("名前の一部か4桁のコードを入力してください。"))
        (ui::upload("accounts", "決算書（直近期）", "#upload", "application/pdf", "PDF、1ファイル10MBまで、3ファイルまで。", 3).mark(Mark::Required).files(vec![
            file("f1", "決算書_令和7年度.pdf", 1_234_567, ui::FileState::Accepted),
            file("f2", "勘定科目内訳書.pdf", 234_567, ui::FileState::Inspecting),
            file("f3", "総勘定元帳（抜粋）.pdf", 34_567, ui::FileState::Refused("パスワードが付いています。パスワードを外して、もう一度アップロードしてください。".into())),
        ]))
        (expenses())
        (shareholders())
        (years())
        (ui::field("total", "補助対象経費 合計", Control::Computed { unit: Some("円".into()) }).value("30000000"))
        (ui::field("rate", "付加価値額の年平均成長率", Control::Computed { unit: None }))
        (ui::buttons(&[ui::button("保存して次へ進む").large().sends("_action", "next"), ui::button("保存して一覧に戻る").outline().large().sends("_action", "list")]))
    };
    let body = ui::save_form("section", "#save", "token", body)
        .version(7)
        .autosave("#autosave")
        .saved_at("14:03")
        .multipart()
        .render();
    frame(ui::page(ui::Site::Portal, "申請者の概要", assets, body))
        .problems(vec![
            ui::Problem::at("capital", "資本金・出資金は数字で入力してください。例：30000000"),
            ui::Problem::at("lines[0].eligible", "経費明細表 1行目：補助対象経費が総額を超えています。"),
        ])
        .breadcrumb(vec![("トップ".into(), "#top".into()), ("応募申請".into(), "#application".into())])
}

fn file(id: &str, name: &str, bytes: u64, state: ui::FileState) -> ui::FileRow {
    ui::FileRow { id: id.into(), name: name.into(), bytes, state, href: Some(format!("#{id}")) }
}

fn column(id: &str, label: &str, kind: Control) -> ui::EditColumn {
    ui::EditColumn { id: id.into(), label: label.into(), kind, mark: Mark::Required, hint: None }
}

fn line(max: u32) -> Control {
    Control::Line { max: Some(max), mode: ui::Mode::Text }
}

fn cells(values: &[&str]) -> Vec<ui::EditCell> {
    values.iter().map(|value| ui::EditCell { values: vec![(*value).to_owned()], ..ui::EditCell::default() }).collect()
}

fn expenses() -> Markup {
    let categories =
        words(&[("machinery", "機械装置・システム構築費"), ("outsourcing", "外注費"), ("travel", "海外旅費")]);
    let select = Control::Select { choices: categories, empty: "選択してください".into() };
    let yen = || Control::Yen { signed: false };
    let mut first = cells(&[
        "machinery",
        "複合加工機",
        "見本商事",
        "30000000",
        "1",
        "33000000",
        "40000000",
        "no",
        "複合加工機 MX-1 1台",
    ]);
    if let Some(cell) = first.get_mut(6) {
        cell.messages.errors.push("補助対象経費が総額を超えています。".into());
    }
    ui::edit_rows(
        "lines",
        "経費明細表",
        vec![
            column("category", "費目", select),
            column("item", "品名・内容", line(80)),
            column("payee", "支払先の候補", line(80)),
            column("unit_price", "単価（税抜）", yen()),
            column("quantity", "数量", Control::Number { unit: None, decimal: false }),
            column("gross", "(A)事業に要する経費（税込）", yen()),
            column("eligible", "(B)補助対象経費（税抜）", yen()),
            column(
                "used",
                "中古品である",
                Control::Select { choices: words(&[("yes", "はい"), ("no", "いいえ")]), empty: "選択".into() },
            ),
            column("basis", "(E)積算の基礎", line(200)),
        ],
        200,
    )
    .rows(vec![
        first,
        cells(&["outsourcing", "設計の外注", "未定", "1200000", "1", "1320000", "1200000", "no", "見積書のとおり"]),
    ])
    .mark(Mark::Required)
    .import(ui::Import { template: "#template".into(), action: "#import".into() })
    .render()
}

fn shareholders() -> Markup {
    ui::edit_rows(
        "holders",
        "株主等の一覧",
        vec![
            column("holder", "氏名又は名称", line(80)),
            column(
                "large",
                "大企業である",
                Control::Select { choices: words(&[("yes", "はい"), ("no", "いいえ")]), empty: "選択".into() },
            ),
            column("share", "出資比率", Control::Number { unit: Some("％".into()), decimal: true }),
        ],
        30,
    )
    .rows(vec![cells(&["見本 太郎", "no", "60.00"]), cells(&["見本 花子", "no", "40.00"])])
    .render()
}

fn years() -> Markup {
    let heads = ["基準年度", "1年目", "2年目", "3年目", "4年目", "5年目"].map(str::to_owned).to_vec();
    let computed = || Control::Computed { unit: None };
    let columns = vec![
        column("closing", "決算年月", Control::Line { max: Some(7), mode: ui::Mode::Month }),
        column("sales", "①売上高", Control::Yen { signed: false }),
        column("profit", "②営業利益", Control::Yen { signed: true }),
        column("labour", "④人件費", Control::Yen { signed: false }),
        column("depreciation", "⑤減価償却費", Control::Yen { signed: false }),
        ui::EditColumn {
            mark: Mark::None, ..column("value_added", "⑥付加価値額（②＋④＋⑤）", computed())
        },
    ];
    let rows =
        (0..6).map(|_| cells(&["2026/03", "120000000", "-3500000", "40000000", "8000000", "44,500,000円"])).collect();
    ui::edit_years("plan_figures", "会社全体の事業計画", columns, heads)
        .rows(rows)
        .hint(html! { "金額は円単位で入力してください。" })
        .import(ui::Import { template: "#template".into(), action: "#import".into() })
        .render()
}

fn office(assets: ui::Assets) -> ui::Shell {
    let head = vec![
        ui::column("受付番号").sorts("#sort=number", None),
        ui::column("事業者"),
        ui::column("状態"),
        ui::column("申請額").holds(ui::Holds::Number).sorts("#sort=amount", Some(ui::Order::Down)),
        ui::column("期限").holds(ui::Holds::Date).sorts("#sort=due", None),
        ui::column("担当"),
        ui::column("").holds(ui::Holds::Action),
    ];
    let mut table = ui::data_table("形式確認を待っている申請", head).selectable("case");
    for (number, name, state, amount, due) in [
        ("R1-000123", "株式会社見本製作所", ui::chip(Tone::Warn, "期限が近い"), 12_500_000_i64, "2026/11/24"),
        ("R1-000124", "合同会社サンプル商会", ui::plain_chip("未着手"), 7_500_000, "2026/11/26"),
        (
            "R1-000125",
            "有限会社とても長い名前の会社でも折り返して読めることを確かめるための見本",
            ui::chip(Tone::Error, "期限超過"),
            104_000_000,
            "2026/11/20",
        ),
    ] {
        table = table.row_with_key(number, number, vec![
            html! { a href={ "#" (number) } { (number) } },
            html! { (name) },
            html! { (state) },
            html! { (ui::yen(amount)) },
            html! { (due) },
            html! { "佐藤" },
            html! { (ui::button("引き受ける").outline().small().sends("claim", number).about(format!("（{number}）"))) },
        ]);
    }
    table = table.marked().foot(vec![
        html! { "合計" },
        html! {},
        html! {},
        html! { (ui::yen(124_000_000_i64)) },
        html! {},
        html! {},
        html! {},
    ]);
    let mut overdue = NavItem::new("期限超過", "#overdue", false);
    overdue.count = 12;
    let fields = html! {
        (ui::text_field("q", "受付番号・事業者名"))
        (ui::select("state", "状態", words(&[("new", "未着手"), ("doing", "確認中")])))
        (ui::select("team", "班", words(&[("1", "第1班"), ("2", "第2班")])))
    };
    let body = html! {
        (ui::tabs("一覧の切替え", &[NavItem::new("自分の担当", "#mine", true), NavItem::new("班の担当", "#team", false), NavItem::new("担当なし", "#none", false), overdue]))
        (ui::filters("#list", &fields, Some("#clear")))
        form method="post" action="#bulk" {
            (table)
            (ui::buttons(&[ui::button("選んだ申請を引き受ける").outline(), ui::button("担当を変える").outline()]))
        }
        (ui::pager("50件を表示（全1,234件）", Some("#prev"), Some("#next")))
        h2 { "案件の概要" }
        (ui::facts(&[("事業者", html! { "株式会社見本製作所（1234567890123）" }), ("枠", html! { "革新的新製品・サービス枠" }), ("状態", html! { (ui::chip(Tone::Info, "形式確認中")) })]))
        (ui::comparison("前回", "今回", &[compared("資本金", Some("30,000,000円"), Some("35,000,000円"))]))
    };
    ui::page(ui::Site::Office, "申請の一覧", assets, body)
        .menu(office_menu())
        .signed_in(ui::SignedIn {
            name: "佐藤 一郎".into(),
            role: Some("オペレータ".into()),
            sign_out: "#out".into(),
            sign_in: "#in".into(),
            ..ui::SignedIn::default()
        })
        .csrf("token")
        .wide()
}

fn office_menu() -> Vec<NavGroup> {
    let group = |label, entries: &[&str]| NavGroup {
        label: Some(label),
        items: entries.iter().map(|l| NavItem::new(*l, format!("#{l}"), *l == "案件一覧")).collect(),
    };
    vec![
        NavGroup::of_one(NavItem::new("ホーム", "#home", false)),
        group("仕事", &["案件一覧", "代理受付"]),
        group("審査", &["審査員", "審査の割当て", "採点・順位", "採択シミュレーション"]),
        group("公募回とルール", &["公募回", "申請要件の規則", "制度定義"]),
        group("通知", &["通知書"]),
        group("人と権限", &["職員・審査員", "権限", "ログイン中の利用者", "接続元と時間帯", "DBの直接利用"]),
        group("見守りと記録", &["見張り", "ログ", "ジョブ", "稼働状況"]),
        NavGroup::of_one(NavItem::new("ログイン設定", "#account", false)),
    ]
}

fn plain(assets: ui::Assets) -> ui::Shell {
    let body = html! {
        form method="post" action="#sign-in" novalidate {
            (ui::csrf_field("token"))
            (ui::text_field("login", "ログインID").autocomplete("username"))
            (ui::secret("password", "パスワード", ui::SecretKind::Password))
            (ui::secret("code", "認証アプリの6桁の数字", ui::SecretKind::OneTimeCode).hint("認証アプリに表示されている数字を入力してください。"))
            (ui::buttons(&[ui::button("ログイン").large()]))
        }
    };
    ui::page(ui::Site::Office, "ログイン", assets, body)
        .plain()
        .problems(vec![ui::Problem::general("ログインIDまたはパスワードが違います。")])
}
