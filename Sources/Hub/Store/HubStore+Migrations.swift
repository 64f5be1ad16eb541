import GRDB

extension HubStore {
    /// The steps from nothing to the present form. A step that has been published is never changed.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 nodes, queries, tasks") { database in
            try database.execute(
                sql: """
                    CREATE TABLE probe (id INTEGER PRIMARY KEY, at REAL NOT NULL);
                    CREATE TABLE node (
                        name TEXT PRIMARY KEY, publicKey TEXT NOT NULL, models TEXT NOT NULL, enrolledAt REAL NOT NULL,
                        lastHeartbeat REAL, presentSince REAL, revokedAt REAL
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE invitation (tokenHash TEXT PRIMARY KEY, node TEXT NOT NULL, usedAt REAL) STRICT, WITHOUT ROWID;
                    CREATE TABLE researcher (tokenHash TEXT PRIMARY KEY, name TEXT NOT NULL, addedAt REAL NOT NULL) STRICT, WITHOUT ROWID;
                    CREATE TABLE nonce (
                        node TEXT NOT NULL, nonce TEXT NOT NULL, seenAt REAL NOT NULL, PRIMARY KEY (node, nonce)
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX nonceBySeenAt ON nonce (seenAt);
                    CREATE TABLE query (
                        id TEXT PRIMARY KEY, kind TEXT NOT NULL, owner TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL,
                        purpose TEXT NOT NULL, threshold INTEGER, byNode INTEGER NOT NULL, expanded BLOB NOT NULL, labels TEXT NOT NULL,
                        planHash TEXT NOT NULL, diagnostics TEXT NOT NULL, submittedAt REAL NOT NULL, deadline REAL NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE task (
                        id TEXT PRIMARY KEY, queryID TEXT NOT NULL REFERENCES query (id), node TEXT NOT NULL REFERENCES node (name),
                        envelope BLOB NOT NULL, hash TEXT NOT NULL, state TEXT NOT NULL, since REAL NOT NULL, queuedAt REAL NOT NULL,
                        deadline REAL NOT NULL, leasedUntil REAL, attempts INTEGER NOT NULL DEFAULT 0, answer BLOB, fault TEXT,
                        UNIQUE (queryID, node)
                    ) STRICT;
                    CREATE INDEX openTaskByNode ON task (node, queuedAt) WHERE answer IS NULL;
                    """)
        }
        migrator.registerMigration("2 trouble of nodes") { database in
            try database.execute(sql: "ALTER TABLE node ADD COLUMN trouble TEXT")
        }
        migrator.registerMigration("3 versions of data") { database in
            try database.execute(sql: "ALTER TABLE node ADD COLUMN dataVersion TEXT")
        }
        migrator.registerMigration("4 coverage of concepts") { database in
            try database.execute(
                sql: """
                    ALTER TABLE node ADD COLUMN coverageVersion TEXT;
                    ALTER TABLE node ADD COLUMN coverageAt REAL;
                    CREATE TABLE coverage (
                        concept TEXT NOT NULL, node TEXT NOT NULL REFERENCES node (name), kind TEXT NOT NULL, coverage TEXT NOT NULL,
                        reasons TEXT NOT NULL, PRIMARY KEY (concept, node, kind)
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("datasets of nodes") { database in
            try database.execute(
                sql: """
                    CREATE TABLE dataset (
                        node TEXT PRIMARY KEY REFERENCES node (name), triples TEXT NOT NULL, at REAL NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        return migrator
    }
}
