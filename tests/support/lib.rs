//! What journeys share: fixture sites, running programs, drivers.
