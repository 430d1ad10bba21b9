//! A second cluster that follows a first one, and takes its place.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::cluster::{append, quoted};
use crate::process::until;
use crate::{Cluster, Error, Result, USER};

const LIMIT: Duration = Duration::from_mins(1);

/// In the standby's file of settings, which is a copy of the primary's.
const OVERRIDES: &str = "synchronous_standby_names = ''\n";

impl Cluster {
    /// A copy that streams from this cluster until promoted. [`Cluster::commit_with`] makes commits wait for it.
    pub fn standby(&self) -> Result<Cluster> {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let name = format!("standby_{}", COUNTER.fetch_add(1, Ordering::Relaxed));
        let mut standby = Cluster::unmade()?;
        let primary = format!("host=127.0.0.1 port={} user={USER} application_name={name}", self.port());
        let args = ["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync", "-D"];
        let data = standby.data();
        standby.finish(standby.command("pg_basebackup").args(args).arg(&data).args(["-d", &primary]))?;
        // Promoted, it would otherwise wait for whom its primary waited for.
        append(&data.join("postgresql.auto.conf"), &format!("{OVERRIDES}cluster_name = '{name}'\n"))?;
        standby.start_anywhere()?;
        self.until_followed(&name, "state = 'streaming'")?;
        Ok(standby)
    }

    /// From now on a commit returns only when `standby` shows it as well.
    pub fn commit_with(&self, standby: &Cluster) -> Result<()> {
        let name = standby.psql("postgres", "show cluster_name")?;
        self.set("synchronous_commit", "remote_apply")?;
        self.set("synchronous_standby_names", &name)?;
        self.until_followed(&name, "sync_state = 'sync'")?;
        // The checkpointer tells sessions to wait, and reads its settings before it does what it is asked.
        self.psql("postgres", "checkpoint").map(drop)
    }

    /// Makes a standby a primary. Nobody stops the old one from writing: kill it first.
    pub fn promote(&self) -> Result<()> {
        self.finish(self.command("pg_ctl").args(["promote", "-w", "-D"]).arg(self.data()))
    }

    fn until_followed(&self, name: &str, how: &str) -> Result<()> {
        let sql = format!(
            "select count(*) from pg_stat_replication where application_name = {} and {how}",
            quoted(name)
        );
        if until(LIMIT, || Ok(self.psql("postgres", &sql)? == "1"))? {
            Ok(())
        } else {
            Err(Error::new(format!("{name} does not follow; the log ends with\n{}", self.log_tail())))
        }
    }
}
