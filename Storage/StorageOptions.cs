namespace BillingCopilot.Storage;

/// <summary>Where the one database is. Section <c>Database</c>.</summary>
public sealed class StorageOptions
{
    /// <summary><c>sqlite</c> (default) or <c>postgres</c> (several nodes).</summary>
    public string Provider { get; set; } = "sqlite";

    /// <summary>File of the SQLite database; its folder is created when missing.</summary>
    public string Path { get; set; } = "./data/copilot.db";

    /// <summary>PostgreSQL connection string; required with <c>postgres</c>, unused otherwise.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>How long a SQLite statement waits for another writer before it fails. Default 10 s.</summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Most pages (of 4 KiB) that the SQLite file may grow to; 0, the default, for no limit but the disk's.</summary>
    public int MostPages { get; set; }

    /// <summary>Where the crash harness stops this copilot; null, the default, is nowhere.</summary>
    public Failpoints? Failpoints { get; set; }

    /// <summary>Throws <see cref="StorageConfigurationException"/> naming the setting and what it may be.</summary>
    public void Validate()
    {
        if (Provider is not ("sqlite" or "postgres"))
        {
            throw new StorageConfigurationException($"Database:Provider is '{Provider}'. It may be 'sqlite' or 'postgres'.");
        }

        if (Provider == "postgres" && string.IsNullOrWhiteSpace(ConnectionString))
        {
            throw new StorageConfigurationException("Database:ConnectionString is missing. Database:Provider 'postgres' needs one, such as 'Host=127.0.0.1;Database=copilot;Username=copilot'.");
        }

        if (Provider == "sqlite")
        {
            ValidateSqlite();
        }
    }

    private void ValidateSqlite()
    {
        if (string.IsNullOrWhiteSpace(Path) || Path.Contains(":memory:", StringComparison.Ordinal))
        {
            throw new StorageConfigurationException($"Database:Path is '{Path}'. It must name a file, such as './data/copilot.db': proposals and approvals have to survive a restart.");
        }

        if (!string.IsNullOrWhiteSpace(ConnectionString))
        {
            throw new StorageConfigurationException("Database:ConnectionString is set, but Database:Provider is 'sqlite', which uses Database:Path. Set Database:Provider to 'postgres' or remove it.");
        }
    }
}

/// <summary>A database setting that can't be used; stops the start-up.</summary>
public sealed class StorageConfigurationException(string message) : Exception(message);
