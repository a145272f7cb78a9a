namespace BillingCopilot.Governance.Configuration;

/// <summary>A fault in people, policy or rollout; stops the start-up. The message begins with file and line.</summary>
public sealed class GovernanceConfigurationException(string file, long line, string message)
    : Exception($"{file}:{line}: {message}")
{
    public string File { get; } = file;

    /// <summary>1-based.</summary>
    public long Line { get; } = line;
}
