using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Worlds;

/// <summary>Makes the world that the options ask for.</summary>
internal static class WorldSource
{
    /// <summary>Part of a journal's header: another generator makes other ids.</summary>
    public const int GeneratorVersion = 1;

    public static World Create(SandboxOptions options) => new(
        options.World, options.Seed, options.Size, new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero),
        new AccountState("acct_1SandboxEmpty00"), new JsonObject(), []);
}
