//! Against a real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use salur_testbed::{Cluster, Settings};

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
