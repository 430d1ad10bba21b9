//! Journeys in a real browser, on a phone and on a desk, and every page under the checks of accessibility.

use crate::browser::Browser;
use crate::journey::enter_list;
use crate::office::Office;
use crate::pages::PLAIN;

/// A phone and a desk.
const WIDTHS: [u32; 2] = [360, 1280];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_bars_anybody_in_either_language_on_either_width() {
    let office = Office::new();
    let server = office.serve();
    let id = tokio::task::block_in_place(|| enter_list(&server, &office, 3, 0).remove(0));
    let own =
        [format!("/requests/{id}"), format!("/requests/{id}/act/submit"), format!("/requests/{id}/amend")];
    let mut barred = Vec::new();
    for width in WIDTHS {
        let browser = Browser::open(&server.address, width).await;
        for language in ["id", "en"] {
            for (who, paths) in [("admin", &PLAIN[..]), ("clerk.6472", &["/requests", "/"][..])] {
                browser.become_(&office.token(who), language).await;
                let own = own.iter().map(String::as_str).filter(|_| who != "admin");
                for path in paths.iter().copied().chain(own).filter(|path| *path != "/counts") {
                    browser.visit(path).await;
                    assert_eq!(browser.place().await, path, "{who} is let in");
                    for barrier in browser.barriers().await {
                        barred.push(format!("{who} {language} {width} {path}: {barrier}"));
                    }
                    let overflow = browser.overflow().await;
                    if overflow > 0 {
                        barred.push(format!("{who} {language} {width} {path}: {overflow} px too wide"));
                    }
                }
            }
        }
        browser.close().await;
    }
    assert!(barred.is_empty(), "{}", barred.join("\n"));
}

/// From the clerk's list to the governor's signature, each in the browser, the governor on a phone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_sent_in_submitted_verified_and_signed_on_a_phone() {
    let office = Office::new();
    let server = office.serve();
    let file = office.path("list.csv");
    std::fs::write(&file, crate::journey::list(6, 0)).unwrap();

    let desk = Browser::open(&server.address, 1280).await;
    desk.become_(&office.token("clerk.6472"), "id").await;
    desk.visit("/imports/new?scheme=disaster&year=2026").await;
    desk.find("#file").await.send_keys(file.to_str().unwrap()).await.unwrap();
    desk.press("form[enctype] button").await;
    // The page asks again by itself until the list is judged.
    desk.press("form[action$='/accept'] button").await;
    desk.says("6\ndimasukkan").await;
    desk.visit("/requests?scheme=disaster&stage=input").await;
    desk.press("[data-all]").await;
    desk.write("#action", "submit").await;
    desk.press("button[value=chosen]").await;
    desk.press("form[action='/requests/bulk/do'] button").await;
    desk.says("6 dilakukan, 0 dilewati").await;

    desk.become_(&office.token("verifier"), "id").await;
    desk.visit("/requests?scheme=disaster&stage=verification").await;
    desk.press("[data-all]").await;
    desk.write("#action", "verify").await;
    desk.press("button[value=chosen]").await;
    for name in ["identity", "documents"] {
        desk.press(&format!("input[name='field.{name}']")).await;
    }
    desk.press("form[action='/requests/bulk/do'] button").await;
    desk.says("6 dilakukan, 0 dilewati").await;
    desk.visit("/decrees").await;
    desk.write("#scheme", "disaster").await;
    desk.write("#year", "2026").await;
    // What would be on it is looked at before it is frozen.
    desk.press("form[action='/decrees/new'] button").await;
    desk.press("form[action='/decrees'] button").await;
    desk.find("a[href$='/lines?outcome=listed']").await;
    let decree = desk.place().await;
    desk.close().await;

    let phone = Browser::open(&server.address, 360).await;
    phone.become_(&office.token("governor"), "id").await;
    phone.visit(&decree).await;
    let said = phone.text().await;
    assert!(said.contains("6 penerima, Rp12.000.000") && said.contains("dua belas juta rupiah"), "{said}");
    assert_eq!(phone.barriers().await, Vec::<String>::new());
    phone.press("a[href$='/lines?outcome=listed']").await;
    phone.press("input[name=ids]").await;
    phone.write("#reason", "pindah domisili").await;
    phone.press("button.danger").await;
    phone.press("a[href$='/sign']").await;
    phone.write("#number", "SK/1/CONTOH/2026").await;
    phone.press("input[name=read]").await;
    phone.press("main form button").await;
    phone.find(".note.good").await;
    phone.says("5 penerima, Rp10.000.000").await;
    phone.says("1 baris dicoret").await;
    assert_eq!(phone.barriers().await, Vec::<String>::new());
    phone.close().await;
    office.verify();
}

/// The governor's first day: a link from whoever runs the machine, a password, a passkey, and a decree whose digest that
/// passkey signs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_governor_starts_by_a_link_and_signs_a_decree_with_a_passkey() {
    let office = Office::new();
    let decree = tokio::task::block_in_place(|| {
        let server = office.serve();
        enter_list(&server, &office, 3, 0);
        let (clerk, verifier) = (office.token("clerk.6472"), office.token("verifier"));
        server.told(&clerk, &["act", "submit", "--scheme", "disaster", "--stage", "input"]);
        let checked = ["--field", "identity=match", "--field", "documents=complete"];
        let verify = ["act", "verify", "--scheme", "disaster", "--stage", "verification"];
        server.told(&verifier, &[&verify[..], &checked].concat());
        let drafted = server.told(&verifier, &["decree", "draft", "--scheme", "disaster", "--year", "2026"]);
        drafted["id"].as_str().unwrap().to_owned()
    });
    let link = office.link_for("EXAMPLE-003");
    let server = office.serve_with_factors();
    let phone = Browser::open(&server.address, 360).await;
    phone.hold_authenticator();

    phone.visit(&link).await;
    for field in ["#password", "#again"] {
        phone.write(field, "empat kuda menyeberang jembatan").await;
    }
    phone.press("main form button").await;
    phone.says("example-003").await;
    phone.visit(&format!("/decrees/{decree}")).await;
    phone.write("#login", "example-003").await;
    phone.write("#password", "salah sekali bukan ini").await;
    phone.press("main form button").await;
    phone.find(".errors").await;
    phone.write("#password", "empat kuda menyeberang jembatan").await;
    phone.press("main form button").await;
    // No second factor yet: nothing else goes before one is set up.
    phone.press("[data-passkey=register]").await;
    phone.find("form[action='/account/recovery'] button").await;
    assert_eq!(phone.barriers().await, Vec::<String>::new());
    phone.press("form[action='/account/recovery'] button").await;
    phone.find(".note.warn li").await;

    phone.visit(&format!("/decrees/{decree}/sign")).await;
    phone.write("#number", "SK/2/CONTOH/2026").await;
    phone.press("input[name=read]").await;
    phone.press("main form button").await;
    phone.says("Signed by Contoh Gubernur").await;
    let kept = server.as_(&office.token("admin")).get(&format!("/api/v1/decrees/{decree}/assertion"));
    assert!(kept["signature"].is_string(), "{kept}");
    phone.visit("/account").await;
    phone.find("form[action='/account/password']").await;
    assert_eq!(phone.barriers().await, Vec::<String>::new());
    phone.press("details.menu summary").await;
    phone.press("form[action='/sign-out'] button").await;
    phone.find("form[action='/sign-in']").await;
    phone.visit("/requests").await;
    assert!(phone.place().await.starts_with("/sign-in?next="));
    phone.close().await;
    drop(server);
    office.verify();
}
