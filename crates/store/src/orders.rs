//! Payment orders as the bank has them.

use salur_core::payment::Order;

use crate::Store;
use crate::error::StoreError;

/// Used with the index of what is at the bank.
const AT_BANK: &str = "select body from payment_order where state = 'exported'";

impl Store {
    /// The orders whose file the bank has and of which it has not answered every line.
    pub async fn orders_at_bank(&self) -> Result<Vec<Order>, StoreError> {
        let rows: Vec<(String,)> = self.db.all(AT_BANK, ()).await?;
        rows.into_iter().map(|(body,)| Ok(serde_json::from_str(&body)?)).collect()
    }
}
