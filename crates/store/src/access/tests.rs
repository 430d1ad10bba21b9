use super::*;

fn at(minute: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
}

#[test]
fn waits_double_until_a_quarter_of_an_hour() {
    let mut guesses = Guesses::none(Digest([1; 32]), at(0));
    for _ in 0..4 {
        assert_eq!(guesses.begin(at(0)), Ok(false));
    }
    let mut now = 0;
    for wait in [1, 2, 4, 8, 15, 15] {
        assert_eq!(guesses.begin(at(now)), Ok(true));
        assert_eq!(guesses.begin(at(now)), Err(at(now + wait)));
        now += wait;
    }
}

/// Whatever the pace: of a thousand guesses in a quarter of an hour at most ten are looked at.
#[test]
fn of_a_thousand_guesses_few_are_looked_at() {
    let mut guesses = Guesses::none(Digest([1; 32]), at(0));
    let tried = (0..1_000).filter(|n| guesses.begin(at(0) + SignedDuration::from_millis(n * 900)).is_ok());
    let tried = tried.count();
    assert!((5..=10).contains(&tried), "{tried}");
}

#[test]
fn failures_of_yesterday_are_forgotten() {
    let mut guesses = Guesses::none(Digest([1; 32]), at(0));
    for _ in 0..5 {
        assert!(guesses.begin(at(0)).is_ok());
    }
    assert_eq!(guesses.begin(at(24 * 60)), Ok(false));
}

#[test]
fn a_session_ends_when_nothing_is_done_and_when_it_expires() {
    let row = crate::job::SessionRow {
        digest: Digest([1; 32]),
        person: PersonId(Uuid::nil()),
        label: String::new(),
        opened_at: at(0),
        expires_at: at(60),
    };
    let token = token_session(&row, Uuid::nil());
    assert!(!token.is_over(at(59)) && token.is_over(at(60)));
    let person = Session { kind: SessionKind::Person, ..token };
    assert!(!person.is_over(at(29)) && person.is_over(at(30)));
    let shown = Session { step_up_at: Some(at(10)), ..person };
    assert!(shown.is_stepped_up(at(14)) && !shown.is_stepped_up(at(15)) && !shown.is_stepped_up(at(9)));
}
