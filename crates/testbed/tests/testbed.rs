//! Against a real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use salur_testbed::{Cluster, Database, Proxy, Server, Settings, program};

fn cluster() -> Cluster {
    Cluster::start(&Settings::default().with("shared_buffers", "32MB")).unwrap()
}

#[test]
fn what_was_committed_survives_a_kill() {
    let cluster = cluster();
    let psql = |sql: &str| cluster.psql("postgres", sql).unwrap();
    assert_eq!(psql("show fsync"), "on");
    psql("create table paper (id int); insert into paper values (1), (2)");
    cluster.kill().unwrap();
    assert!(cluster.psql("postgres", "select 1").is_err());
    cluster.resume().unwrap();
    assert_eq!(psql("select count(*) from paper"), "2");
    cluster.stop_immediate().unwrap();
    cluster.resume().unwrap();
    cluster.set("work_mem", "12MB").unwrap();
    assert_eq!(psql("show work_mem; select 1, 'two'"), "12MB\n1|two");
    cluster.set("max_connections", "50").unwrap();
    cluster.restart().unwrap();
    assert_eq!(psql("show max_connections"), "50");
    let error = cluster.psql("postgres", "select 1; select * from nothing; select 2").unwrap_err();
    assert!(error.to_string().contains("\"nothing\" does not exist"), "{error}");
}

#[test]
fn a_standby_takes_over_with_all_that_was_committed() {
    let primary = cluster();
    primary.psql("postgres", "create table paper (id int)").unwrap();
    let standby = primary.standby().unwrap();
    primary.commit_with(&standby).unwrap();
    primary.psql("postgres", "insert into paper values (1)").unwrap();
    assert_eq!(standby.psql("postgres", "select count(*) from paper").unwrap(), "1");
    assert!(standby.psql("postgres", "insert into paper values (2)").is_err());
    primary.kill().unwrap();
    standby.promote().unwrap();
    standby.psql("postgres", "insert into paper values (2)").unwrap();
    assert_eq!(standby.psql("postgres", "select count(*) from paper").unwrap(), "2");
    let next = standby.standby().unwrap();
    assert_eq!(next.psql("postgres", "select count(*) from paper").unwrap(), "2");
}

#[test]
fn a_setting_that_does_not_exist_is_explained() {
    let error = Cluster::start(&Settings::default().with("no_such_setting", "1")).err().unwrap();
    assert!(
        error.to_string().contains("unrecognized configuration parameter \"no_such_setting\""),
        "{error}"
    );
}

#[test]
fn a_commit_happens_although_its_client_never_hears_so() {
    let cluster = cluster();
    let server = Server::at(&cluster.url("postgres")).unwrap();
    let database = Database::fresh_on(&server).unwrap();
    let proxy = Proxy::start(server.address().unwrap()).unwrap();
    let through = |sql: &str| {
        let done = std::process::Command::new(program("psql").unwrap())
            .args(["-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-d", &database.url_at(proxy.address())])
            .args(sql.split(';').flat_map(|one| ["-c", one]))
            .output()
            .unwrap();
        done.status.success()
    };
    let rows = || database.psql("select count(*) from paper").unwrap();
    assert!(through("create table paper (id int)"));
    assert!(through("begin;insert into paper values (1);commit"));
    assert_eq!(rows(), "1");
    proxy.cut_after_commit(1, true);
    assert!(!through("begin;insert into paper values (2);commit"));
    assert_eq!(rows(), "2");
    proxy.cut_before_commit(1);
    assert!(!through("begin;insert into paper values (3);commit"));
    assert_eq!(rows(), "2");
    assert_eq!((proxy.commits(), proxy.cuts()), (3, 2));

    let url = database.url();
    drop(database);
    let error = Database::fresh_on(&Server::at(&url).unwrap()).unwrap_err();
    assert!(error.to_string().contains("does not exist"), "{error}");
}
