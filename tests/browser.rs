//! A real browser, driven from outside: Chromium by its driver.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use thirtyfour::prelude::{By, ElementQueryable as _};
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities as _, Cookie, WebDriver, WebElement};

/// How long a page has to show what is waited for.
const PATIENCE: Duration = Duration::from_secs(20);
/// The checks of accessibility, run within each page.
const AXE: &str = include_str!("vendor/axe.min.js");

/// A browser with one window.
pub(crate) struct Browser {
    pub(crate) driver: WebDriver,
    process: Child,
    address: String,
    /// The address of its driver.
    service: String,
}

impl Browser {
    /// A window of this width that will visit a server.
    pub(crate) async fn open(address: &str, width: u32) -> Browser {
        let mut process = Command::new("chromedriver")
            .args(["--port=0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("chromedriver: {error}; `cargo xtask test` installs it"));
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        let port = port.unwrap_or_else(|| panic!("chromedriver did not say its port"));
        let mut wanted = ChromeCapabilities::new();
        for argument in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--force-prefers-reduced-motion",
        ] {
            wanted.add_arg(argument).unwrap();
        }
        // A phone is narrower than a window may be.
        let device = json!({ "deviceMetrics": { "width": width, "height": 800, "pixelRatio": 1.0, "mobile": width < 600 } });
        wanted.add_experimental_option("mobileEmulation", device).unwrap();
        let service = format!("http://127.0.0.1:{port}");
        let driver = WebDriver::new(&service, wanted).await.unwrap();
        Browser { driver, process, address: address.to_owned(), service }
    }

    /// Becomes the person of a session, in a language.
    pub(crate) async fn become_(&self, token: &str, language: &str) {
        self.visit("/healthz").await;
        for (name, value) in [("salur-dev", token), ("salur-language", language)] {
            let mut cookie = Cookie::new(name, value);
            cookie.set_path("/");
            self.driver.add_cookie(cookie).await.unwrap();
        }
    }

    /// Goes to a page.
    pub(crate) async fn visit(&self, path: &str) {
        self.driver.goto(format!("{}{path}", self.address)).await.unwrap();
    }

    /// The path and query that it is at.
    pub(crate) async fn place(&self) -> String {
        let url = self.driver.current_url().await.unwrap();
        url.as_str().strip_prefix(&self.address).unwrap_or(url.as_str()).to_owned()
    }

    /// Waits for the first thing that a selector names.
    pub(crate) async fn find(&self, selector: &str) -> WebElement {
        let found =
            self.driver.query(By::Css(selector)).wait(PATIENCE, Duration::from_millis(50)).first().await;
        found.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    /// Presses a thing once it is there. A page that is just being left, or that asks again by itself, may take it away
    /// in between: then it is looked for again.
    pub(crate) async fn press(&self, selector: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            let thing = self.find(selector).await;
            let pressed = async {
                thing.scroll_into_view().await?;
                thing.click().await
            };
            match pressed.await {
                Ok(()) => return,
                Err(error) if Instant::now() > until => panic!("{selector}: {error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Writes into a field, in place of what was there.
    pub(crate) async fn write(&self, selector: &str, text: &str) {
        let script = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('change', { bubbles: true }))";
        let until = Instant::now() + PATIENCE;
        loop {
            let field = self.find(selector).await;
            match self.driver.execute(script, vec![field.to_json().unwrap(), json!(text)]).await {
                Ok(_) => return,
                Err(error) if Instant::now() > until => panic!("{selector}: {error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// What the page says.
    pub(crate) async fn text(&self) -> String {
        self.find("main").await.text().await.unwrap()
    }

    /// What axe finds that is serious or critical, or nothing.
    pub(crate) async fn barriers(&self) -> Vec<String> {
        self.driver.execute(AXE, Vec::new()).await.unwrap();
        let script = "const done = arguments[arguments.length - 1]; \
            axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }).then((found) => done(found.violations \
              .filter((it) => ['serious', 'critical'].includes(it.impact)) \
              .map((it) => it.id + ': ' + it.nodes.slice(0, 3).map((node) => node.html).join(' | '))))";
        let found = self.driver.execute_async(script, Vec::new()).await.unwrap();
        found.convert().unwrap()
    }

    /// Waits until the page says something.
    pub(crate) async fn says(&self, wanted: &str) {
        let until = Instant::now() + PATIENCE;
        let mut said = String::new();
        while Instant::now() < until {
            if let Ok(main) = self.driver.find(By::Css("main")).await {
                said = main.text().await.unwrap_or(said);
            }
            if said.contains(wanted) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the page does not say {wanted:?}, but {said:?}");
    }

    /// Gives the browser an authenticator of its own, with a finger always on it.
    pub(crate) fn hold_authenticator(&self) {
        let options = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserConsenting": true, "isUserVerified": true,
        });
        let path = format!("{}/session/{}/webauthn/authenticator", self.service, self.driver.session_id());
        let done = ureq::post(path).header("content-type", "application/json").send(options.to_string());
        assert_eq!(done.unwrap().status().as_u16(), 200);
    }

    /// How far the page is wider than the window.
    pub(crate) async fn overflow(&self) -> i64 {
        let script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        self.driver.execute(script, Vec::new()).await.unwrap().convert().unwrap()
    }

    /// Ends it.
    pub(crate) async fn close(mut self) {
        let _ = self.driver.clone().quit().await;
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
