using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Executor;

namespace BillingCopilot.Governance;

/// <summary>Who may do what, and how far. Section <c>Governance</c>.</summary>
public sealed class GovernanceOptions
{
    /// <summary>
    /// Path of <c>people.yaml</c>. Null takes the sandbox's people in sandbox mode, and otherwise nobody: then nothing
    /// can be proposed or decided.
    /// </summary>
    public string? PeopleFile { get; set; }

    /// <summary>Path of <c>policy.yaml</c>. Null takes the one that ships.</summary>
    public string? PolicyFile { get; set; }

    public RolloutOptions Rollout { get; set; } = new();

    public ExecutorOptions Executor { get; set; } = new();

    public AuditOptions Audit { get; set; } = new();
}

/// <summary>How far operations are let.</summary>
public sealed class RolloutOptions
{
    /// <summary>
    /// Path of <c>rollout.yaml</c>. Null takes the one that ships in sandbox mode, and otherwise makes every operation
    /// read-only.
    /// </summary>
    public string? File { get; set; }

    /// <summary>A shipped plan instead of a file: <c>pilot</c>. Null for none.</summary>
    public string? Profile { get; set; }

    /// <summary>True only when the Stripe key is the embedded sandbox's. Default false.</summary>
    public bool SandboxMode { get; set; }
}
