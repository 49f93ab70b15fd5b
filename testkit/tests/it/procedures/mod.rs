//! What follows adoption, over the pages people use: begun, filed, returned, decided by two and the agency, told.

mod beginning;
mod grant;
mod ground;
