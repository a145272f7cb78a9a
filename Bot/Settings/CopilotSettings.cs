using BillingCopilot.Agents;
using BillingCopilot.Agents.Models;

namespace BillingCopilot.Bot.Settings;

/// <summary>
/// Every setting there is, with its default. Each can be given as <c>--Section:Key value</c>, as an environment
/// variable (<c>Section__Key</c>) or in <c>appsettings.json</c>. A key that is not here stops the start-up.
/// </summary>
public sealed class CopilotSettings
{
    /// <summary>Where the server listens. Anything but loopback switches the local people picker off.</summary>
    public string Urls { get; set; } = "http://127.0.0.1:5080";

    /// <summary>IANA zone in which periods are stated.</summary>
    public string TimeZone { get; set; } = "UTC";

    /// <summary>Home currency, ISO 4217, lower case.</summary>
    public string Currency { get; set; } = "usd";

    public DatabaseSettings Database { get; set; } = new();

    public StripeSettings Stripe { get; set; } = new();

    public SandboxSettings Sandbox { get; set; } = new();

    /// <summary>Which models answer; docs/models.md.</summary>
    public ModelOptions Model { get; set; } = new();

    public TurnLimits Agents { get; set; } = new();

    public MemorySettings Memory { get; set; } = new();

    public MailSettings Mail { get; set; } = new();

    public HelpdeskSettings Helpdesk { get; set; } = new();

    public AuthSettings Auth { get; set; } = new();

    public PolicySettings Policy { get; set; } = new();

    public AuditSettings Audit { get; set; } = new();

    public TaskSettings Tasks { get; set; } = new();

    public MetricsSettings Metrics { get; set; } = new();

    /// <summary>Further tenants by id; the settings above are the tenant <c>default</c>.</summary>
    public Dictionary<string, TenantSettings> Tenants { get; set; } = [];
}

public sealed class DatabaseSettings
{
    /// <summary><c>sqlite</c> or <c>postgres</c>.</summary>
    public string Provider { get; set; } = "sqlite";

    /// <summary>SQLite file.</summary>
    public string Path { get; set; } = "./data/copilot.db";

    /// <summary>PostgreSQL connection string.</summary>
    public string? ConnectionString { get; set; }
}

public sealed class StripeSettings
{
    /// <summary>Restricted key (<c>rk_…</c>) with read permissions. None: the embedded sandbox is used.</summary>
    public string? ReadKey { get; set; }

    /// <summary>Restricted key of the executor. None: nothing can be carried out.</summary>
    public string? WriteKey { get; set; }

    /// <summary>A restricted read key of its own for a specialist, by name.</summary>
    public Dictionary<string, string> Keys { get; set; } = [];

    /// <summary>Stripe's API, or another server that speaks it.</summary>
    public string ApiBase { get; set; } = "https://api.stripe.com";

    /// <summary>Signing secrets of the webhook endpoints, of the platform's and of Connect's; two of one endpoint during a rotation.</summary>
    public List<string> WebhookSecrets { get; set; } = [];

    /// <summary>Requests a second that this process sends at most. None: 80 live, 20 in test mode, unbounded for a sandbox.</summary>
    public int? RequestsPerSecond { get; set; }

    /// <summary>What customers may do by a link to the customer portal (<c>bpc_…</c>). None: as the account's default says.</summary>
    public string? PortalConfiguration { get; set; }

    /// <summary>Account id; read from Stripe at the start when absent.</summary>
    public string? Account { get; set; }
}

public sealed class SandboxSettings
{
    /// <summary>World to generate: <c>lumen</c>.</summary>
    public string World { get; set; } = "lumen";

    public int Seed { get; set; } = 1;

    /// <summary><c>small</c>, <c>medium</c> or <c>large</c>.</summary>
    public string Size { get; set; } = "small";

    /// <summary>Loopback port; 0 takes a free one.</summary>
    public int Port { get; set; }

    /// <summary>Journal folder; a restart comes back as it was.</summary>
    public string Data { get; set; } = "./data/sandbox";

    /// <summary>Folder that generated worlds are kept in, so that a later start opens them; null: beside <see cref="Data"/>, and a small one in memory.</summary>
    public string? Cache { get; set; }

    /// <summary>Base address of a sandbox that already runs, to join instead of starting one.</summary>
    public string? Url { get; set; }
}

public sealed class MemorySettings
{
    /// <summary>SQLite file of the knowledge base.</summary>
    public string Path { get; set; } = "./data/memory.db";
}

public sealed class MailSettings
{
    /// <summary>Folder that mails are written to as <c>.eml</c> files.</summary>
    public string Outbox { get; set; } = "./data/outbox";

    /// <summary>Sender address.</summary>
    public string From { get; set; } = "billing@lumen.example";

    /// <summary>Hosts that a pay link may point to. None: Stripe's own.</summary>
    public List<string> PayLinkHosts { get; set; } = [];

    /// <summary>Hosts that a link to the customer portal may point to. None: Stripe's own.</summary>
    public List<string> PortalHosts { get; set; } = [];
}

public sealed class HelpdeskSettings
{
    /// <summary>Signing secrets of the helpdesk's webhook, several during a rotation. None: every ticket is refused.</summary>
    public List<string> WebhookSecrets { get; set; } = [];
}

public sealed class AuthSettings
{
    /// <summary>Bearer tokens: person id → lower-case hex SHA-256 of the token.</summary>
    public Dictionary<string, string> Tokens { get; set; } = [];

    /// <summary>Folder of the keys that protect sign-in cookies.</summary>
    public string Keys { get; set; } = "./data/keys";

    /// <summary>32 bytes in base64 that those keys are encrypted with where they are stored, in the folder or, with PostgreSQL, in the database. None: they are stored as they are.</summary>
    public string? RingKey { get; set; }
}

public sealed class PolicySettings
{
    /// <summary>Folder with <c>people.yaml</c>, <c>policy.yaml</c> and <c>rollout.yaml</c>; absent: the shipped sandbox defaults.</summary>
    public string? Path { get; set; }

    /// <summary>A shipped rollout plan in place of <c>rollout.yaml</c>: <c>pilot</c>.</summary>
    public string? Profile { get; set; }

    /// <summary>Folder with the agents, playbooks and rules; absent: the shipped prompts.</summary>
    public string? Prompts { get; set; }
}

public sealed class AuditSettings
{
    /// <summary>Name of this node's chain; nodes that share a database need different ones.</summary>
    public string Node { get; set; } = "main";

    /// <summary>Folder of the signing key and of the subjects' keys; absent: <c>Auth:Keys</c>.</summary>
    public string? Keys { get; set; }

    /// <summary>PostgreSQL connection string of a database for the subjects' keys alone; absent: a file in <c>Audit:Keys</c>.</summary>
    public string? KeyDatabase { get; set; }

    /// <summary>File of signed heads; absent: <c>audit-anchors.jsonl</c> beside the keys.</summary>
    public string? Anchors { get; set; }

    /// <summary>Days that encrypted prompts and answers are kept (1 to 3650).</summary>
    public int ContentDays { get; set; } = 90;
}

public sealed class TaskSettings
{
    /// <summary>Seconds that a task or an execution is held by a node before another may take it (1 to 600). The same for all nodes. A killed node's work goes on after at most this and a poll.</summary>
    public int LeaseSeconds { get; set; } = 10;

    /// <summary>Seconds between looks for work that no signal announced (1 to 60).</summary>
    public int PollSeconds { get; set; } = 2;

    /// <summary>When undelivered events are looked for, as a cron expression of five fields; at each start as well.</summary>
    public string CatchUp { get; set; } = "*/5 * * * *";

    /// <summary>Seconds that one attempt at a task may take (5 to 3600).</summary>
    public int DeadlineSeconds { get; set; } = 300;

    /// <summary>Seconds that running work has to end after a stop, before it is given back (0 to 8: a stop takes 10 s at most).</summary>
    public int DrainSeconds { get; set; } = 7;

    /// <summary>Tasks that this process works on at once (1 to 64), besides chats.</summary>
    public int Workers { get; set; } = 4;

    /// <summary>Model tokens that a task may use over all its attempts (1,000 to 10,000,000); beyond, it is given up.</summary>
    public int TokenBudget { get; set; } = 200_000;

    /// <summary>How often a failing task is tried (1 to 20).</summary>
    public int MaxAttempts { get; set; } = 5;
}

public sealed class MetricsSettings
{
    /// <summary>SHA-256, in lower-case hex, of the bearer token that reads <c>/metrics</c>. None: only this machine reads it, and only with a sandbox.</summary>
    public string? Token { get; set; }
}

/// <summary>A further tenant: its own Stripe keys, secrets and home settings.</summary>
public sealed class TenantSettings
{
    public StripeSettings Stripe { get; set; } = new();

    public string TimeZone { get; set; } = "UTC";

    public string Currency { get; set; } = "usd";

    public AuthSettings Auth { get; set; } = new();

    public HelpdeskSettings Helpdesk { get; set; } = new();
}
