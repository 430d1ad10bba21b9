//! Values bound to a query of either database.

use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments as _, Encode, Postgres, Sqlite, Type};

/// A tuple of values to bind to `$1`, `$2` and so on.
pub(crate) trait Bind: Send {
    fn lite(self) -> Result<SqliteArguments, sqlx::Error>;
    fn pg(self) -> Result<PgArguments, sqlx::Error>;
}

/// A value that either database takes.
pub(crate) trait Bound:
    for<'q> Encode<'q, Sqlite> + Type<Sqlite> + for<'q> Encode<'q, Postgres> + Type<Postgres> + Send
{
}
impl<T> Bound for T where
    T: for<'q> Encode<'q, Sqlite> + Type<Sqlite> + for<'q> Encode<'q, Postgres> + Type<Postgres> + Send
{
}

macro_rules! bind {
    ($($name:ident)*) => {
        impl<$($name: Bound),*> Bind for ($($name,)*) {
            #[expect(non_snake_case, reason = "one text for every length")]
            fn lite(self) -> Result<SqliteArguments, sqlx::Error> {
                let ($($name,)*) = self;
                let mut arguments = SqliteArguments::default();
                $(arguments.add($name).map_err(sqlx::Error::Encode)?;)*
                Ok(arguments)
            }

            #[expect(non_snake_case, reason = "one text for every length")]
            fn pg(self) -> Result<PgArguments, sqlx::Error> {
                let ($($name,)*) = self;
                let mut arguments = PgArguments::default();
                $(arguments.add($name).map_err(sqlx::Error::Encode)?;)*
                Ok(arguments)
            }
        }
    };
}

bind! { A }
bind! { A B }
bind! { A B C }
bind! { A B C D }
bind! { A B C D E }
bind! { A B C D E F }
bind! { A B C D E F G }
bind! { A B C D E F G H }
bind! { A B C D E F G H I }

impl Bind for () {
    fn lite(self) -> Result<SqliteArguments, sqlx::Error> {
        Ok(SqliteArguments::default())
    }

    fn pg(self) -> Result<PgArguments, sqlx::Error> {
        Ok(PgArguments::default())
    }
}
