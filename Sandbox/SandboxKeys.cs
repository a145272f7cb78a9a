namespace BillingCopilot.Sandbox;

/// <summary>An API key of the sandbox.</summary>
/// <param name="Name">What the ledger calls it, such as <c>read</c>.</param>
/// <param name="Secret">What the client sends.</param>
/// <param name="Permissions">Such as <c>charge_write</c>; write implies read; <c>*</c> is everything, <c>*_read</c> every read.</param>
public sealed record SandboxKey(string Name, string Secret, IReadOnlySet<string> Permissions)
{
    /// <summary>True when the key may do what needs this permission.</summary>
    public bool Allows(string permission) =>
        Permissions.Contains("*")
        || Permissions.Contains(permission)
        || (permission.EndsWith("_read", StringComparison.Ordinal)
            && (Permissions.Contains("*_read") || Permissions.Contains(permission[..^"_read".Length] + "_write")));
}

/// <summary>The keys every sandbox accepts. They open nothing but a sandbox on the same machine.</summary>
public static class SandboxKeys
{
    /// <summary>Restricted key that reads everything and writes nothing.</summary>
    public const string Read = "rk_test_sandbox_read_0000000000000000";

    /// <summary>Restricted key of the executor: the writes a confirmed operation needs, and every read.</summary>
    public const string Write = "rk_test_sandbox_write_000000000000000";

    /// <summary>Unrestricted key, for people and tests.</summary>
    public const string Admin = "sk_test_sandbox_admin_000000000000000";

    private static readonly string[] Writable =
    [
        "charge", "credit_note", "customer", "subscription", "invoice", "payment_intent", "payment_method",
        "dispute", "file", "coupon", "promotion_code", "customer_portal", "billing_meter",
    ];

    /// <summary>The three keys with their permissions.</summary>
    public static IReadOnlyList<SandboxKey> Defaults { get; } =
    [
        new("read", Read, new HashSet<string> { "*_read" }),
        new("write", Write, new HashSet<string>(Writable.Select(name => name + "_write")) { "*_read" }),
        new("admin", Admin, new HashSet<string> { "*" }),
    ];
}
