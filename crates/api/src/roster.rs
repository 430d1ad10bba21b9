//! The people of the office, its seats, and the papers by which people act for one another; and freezes.

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use salur_core::office::{may_see_person, sees_all};
use salur_core::roster::{Grant, Person};
use salur_core::world::{Context, World};
use salur_core::{PersonId, RegionCode, Role};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::problem::Somebody;
use crate::proposals::context;
use crate::request_body::somebody;
use crate::{App, Caller};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(roster)).routes(routes!(freezes))
}

/// The office as far as the caller may see it: who serves what they serve, or all of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RosterBody {
    /// People, by name.
    pub people: Vec<PersonBody>,
    /// Seats.
    pub seats: Vec<SeatBody>,
    /// Who acts in a seat that is not theirs, those to come among them.
    pub actings: Vec<ActingBody>,
    /// What was handed on, what is to come among it.
    pub delegations: Vec<DelegationBody>,
    /// Who is away, and who will be.
    pub absences: Vec<AbsenceBody>,
}

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonBody {
    /// The id.
    pub id: Uuid,
    /// The staff number, for those who see the whole office.
    pub staff_no: Option<String>,
    /// The name.
    pub name: String,
    /// False once they have left.
    pub active: bool,
    /// The roles held, each with where.
    pub grants: Vec<HeldBody>,
    /// The last day of an absence today.
    #[schema(value_type = Option<String>, format = Date)]
    pub away_until: Option<Date>,
}

/// A role held in a region and all that lies within it.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeldBody {
    /// The role.
    pub role: String,
    /// What the role is called.
    pub role_title: String,
    /// Where, by its code.
    pub region: String,
    /// What the region is called.
    pub region_name: String,
}

/// A seat.
#[derive(Debug, Serialize, ToSchema)]
pub struct SeatBody {
    /// Its name.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The role that goes with it.
    pub role: String,
    /// Where.
    pub region: String,
    /// Who holds it.
    pub holders: Vec<Somebody>,
    /// True if nobody does.
    pub vacant: bool,
    /// Who acts in it today.
    pub acting: Vec<Somebody>,
}

/// Somebody acts in a seat that is not theirs.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActingBody {
    /// The id.
    pub id: Uuid,
    /// Who acts.
    pub person: Somebody,
    /// The seat's role.
    pub role: String,
    /// The seat's region.
    pub region: String,
    /// `plt`, `plh` or `pj`.
    pub capacity: &'static str,
    /// What the capacity is called.
    pub capacity_title: String,
    /// The decree's number.
    pub decree: String,
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub from_day: Date,
    /// The last day.
    #[schema(value_type = String, format = Date)]
    pub to_day: Date,
    /// The holder who is away.
    pub for_whom: Option<Somebody>,
    /// True on its days.
    pub in_force: bool,
}

/// A role handed on for a time.
#[derive(Debug, Serialize, ToSchema)]
pub struct DelegationBody {
    /// The id.
    pub id: Uuid,
    /// Whose role it is.
    pub from: Somebody,
    /// Who may act in it.
    pub to: Somebody,
    /// The role.
    pub role: String,
    /// Where.
    pub region: String,
    /// For these schemes only.
    pub schemes: Option<Vec<String>>,
    /// For requests up to this amount, in whole rupiah.
    pub amount_max: Option<i64>,
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub from_day: Date,
    /// The last day.
    #[schema(value_type = String, format = Date)]
    pub to_day: Date,
    /// The letter it rests on.
    pub source: String,
    /// True on its days, while the role is still held by the one whose it is.
    pub in_force: bool,
}

/// Somebody is away.
#[derive(Debug, Serialize, ToSchema)]
pub struct AbsenceBody {
    /// Who.
    pub person: Somebody,
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub from_day: Date,
    /// The last day.
    #[schema(value_type = String, format = Date)]
    pub to_day: Date,
}

/// The freezes.
#[derive(Debug, Serialize, ToSchema)]
pub struct FreezesBody {
    /// Those that are not over, and those to come.
    pub data: Vec<FreezeBody>,
}

/// A time in which approval and payment from a fund source wait.
#[derive(Debug, Serialize, ToSchema)]
pub struct FreezeBody {
    /// The id; null where the office's policy file sets it, and ends it.
    pub id: Option<Uuid>,
    /// The order it rests on.
    pub source: String,
    /// The fund source.
    pub fund: String,
    /// The schemes it stops; every one where none is named.
    pub schemes: Vec<String>,
    /// Schemes that go on.
    pub exempt: Vec<String>,
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The last day.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// True on its days.
    pub in_force: bool,
}

/// Shows who holds what: people with their roles, seats and vacancies, acting officers, delegations, absences. Papers
/// whose last day has passed are left out.
#[utoipa::path(get, path = "/roster", tag = "office",
    responses((status = 200, description = "The office", body = RosterBody)))]
pub async fn roster(State(app): State<App>, caller: Caller) -> Json<RosterBody> {
    let world = app.store.world();
    let view = View { app: &app, caller: &caller, world: &world, context: context(&world, &caller) };
    Json(RosterBody {
        people: view.people(),
        seats: view.seats(),
        actings: view.actings(),
        delegations: view.delegations(),
        absences: view.absences(),
    })
}

/// Lists the freezes that are not over.
#[utoipa::path(get, path = "/freezes", tag = "office",
    responses((status = 200, description = "The freezes", body = FreezesBody)))]
pub async fn freezes(State(app): State<App>, caller: Caller) -> Json<FreezesBody> {
    let world = app.store.world();
    let today = context(&world, &caller).today();
    let texts = |names: &std::collections::BTreeSet<salur_core::SchemeId>| {
        names.iter().map(ToString::to_string).collect()
    };
    let current = world.policy.freeze.iter().filter(|freeze| freeze.to >= today);
    let data = current.map(|freeze| FreezeBody {
        id: freeze.id.map(|id| id.0),
        source: freeze.source.clone(),
        fund: freeze.fund.clone(),
        schemes: texts(&freeze.schemes),
        exempt: texts(&freeze.exempt),
        from: freeze.from,
        to: freeze.to,
        in_force: freeze.is_in_force(today),
    });
    Json(FreezesBody { data: data.collect() })
}

/// The office in one person's eyes.
struct View<'a> {
    app: &'a App,
    caller: &'a Caller,
    world: &'a World,
    context: Context<'a>,
}

impl View<'_> {
    fn somebody(&self, id: PersonId) -> Somebody {
        somebody(self.world, id)
    }

    fn sees(&self, ids: &[PersonId]) -> bool {
        let people = ids.iter().filter_map(|id| self.world.roster.person(*id));
        people.into_iter().any(|person| may_see_person(&self.context, person))
    }

    fn region(&self, code: &RegionCode) -> String {
        self.app.store.regions().name(code.as_str()).unwrap_or_default().to_owned()
    }

    fn role(&self, role: &Role) -> String {
        self.world.policy.role_title(role, self.caller.lang).to_owned()
    }

    fn held(&self, grant: &Grant) -> HeldBody {
        HeldBody {
            role: grant.role.to_string(),
            role_title: self.role(&grant.role),
            region: grant.region.to_string(),
            region_name: self.region(&grant.region),
        }
    }

    fn people(&self) -> Vec<PersonBody> {
        let (roster, today) = (&self.world.roster, self.context.today());
        let all = sees_all(self.world, &self.caller.person);
        let mut seen: Vec<&Person> =
            roster.people().filter(|person| may_see_person(&self.context, person)).collect();
        seen.sort_by(|one, other| one.name.cmp(&other.name));
        let body = |person: &Person| PersonBody {
            id: person.id.0,
            staff_no: (all || person.id == self.caller.person.id).then(|| person.staff_no.clone()),
            name: person.name.clone(),
            active: person.active,
            grants: person.grants.iter().map(|grant| self.held(grant)).collect(),
            away_until: roster.absence(person.id, today).map(|absence| absence.to_day),
        };
        seen.into_iter().map(body).collect()
    }

    fn seats(&self) -> Vec<SeatBody> {
        let (roster, today) = (&self.world.roster, self.context.today());
        let body = |(seat, holders): (&salur_core::roster::Office, Vec<PersonId>)| {
            let acts = roster.actings().filter(|it| it.role == seat.role && it.region == seat.region);
            SeatBody {
                id: seat.id.to_string(),
                title: seat.title.in_lang(self.caller.lang).to_owned(),
                role: seat.role.to_string(),
                region: seat.region.to_string(),
                vacant: holders.is_empty(),
                holders: holders.into_iter().map(|id| self.somebody(id)).collect(),
                acting: acts.filter(|it| it.is_in_force(today)).map(|it| self.somebody(it.person)).collect(),
            }
        };
        roster.seats().map(body).collect()
    }

    fn actings(&self) -> Vec<ActingBody> {
        let (roster, today) = (&self.world.roster, self.context.today());
        let actings = roster.actings().filter(|it| it.to_day >= today);
        let seen = actings.filter(|it| self.sees(&[it.person]));
        let body = |it: &salur_core::roster::Acting| ActingBody {
            id: it.id.0,
            person: self.somebody(it.person),
            role: it.role.to_string(),
            region: it.region.to_string(),
            capacity: it.capacity.as_str(),
            capacity_title: self.world.policy.capacity_title(it.capacity, self.caller.lang).to_owned(),
            decree: it.decree.clone(),
            from_day: it.from_day,
            to_day: it.to_day,
            for_whom: it.for_whom.map(|id| self.somebody(id)),
            in_force: it.is_in_force(today) && roster.is_kept(it),
        };
        seen.map(body).collect()
    }

    fn delegations(&self) -> Vec<DelegationBody> {
        let (roster, today) = (&self.world.roster, self.context.today());
        let current = roster.delegations().filter(|it| it.to_day >= today);
        let seen = current.filter(|it| self.sees(&[it.from, it.to]));
        let body = |it: &salur_core::roster::Delegation| DelegationBody {
            id: it.id.0,
            from: self.somebody(it.from),
            to: self.somebody(it.to),
            role: it.role.to_string(),
            region: it.region.to_string(),
            schemes: it.schemes.as_ref().map(|all| all.iter().map(ToString::to_string).collect()),
            amount_max: it.amount_max.map(|most| most.0),
            from_day: it.from_day,
            to_day: it.to_day,
            source: it.source.clone(),
            in_force: it.is_in_force(today) && roster.is_backed(it),
        };
        seen.map(body).collect()
    }

    fn absences(&self) -> Vec<AbsenceBody> {
        let today = self.context.today();
        let current = self.world.roster.absences().filter(|it| it.to_day >= today);
        let seen = current.filter(|it| self.sees(&[it.person]));
        let body = |it: &salur_core::roster::Absence| AbsenceBody {
            person: self.somebody(it.person),
            from_day: it.from_day,
            to_day: it.to_day,
        };
        seen.map(body).collect()
    }
}
