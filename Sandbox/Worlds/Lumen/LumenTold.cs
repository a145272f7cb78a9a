using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>What a world says beside its objects: the truth of what was planted, policies and past tickets.</summary>
internal sealed class LumenTold
{
    public LumenTold(LumenCast cast)
    {
        (Documents, var hostile) = LumenDocuments.Build(cast.Customers, cast.Plan.Stream("documents"));
        Truth = new Truth(cast).Write(hostile);
    }

    public JsonObject Truth { get; }

    public IReadOnlyList<WorldDocument> Documents { get; }
}
