namespace BillingCopilot.Sandbox;

/// <summary>The sandbox cannot start; the message says which setting to change.</summary>
public sealed class SandboxStartException : Exception
{
    public SandboxStartException()
    {
    }

    public SandboxStartException(string message)
        : base(message)
    {
    }

    public SandboxStartException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
