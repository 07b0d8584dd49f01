// Imported first by tests that provoke messages by the thousand.
process.env["TOMOIOC_LOG"] = "*=silent";
