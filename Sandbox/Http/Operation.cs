using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Http;

/// <summary>One operation of the API.</summary>
/// <param name="Method">GET, POST or DELETE.</param>
/// <param name="Template">Path with placeholders, such as <c>/v1/refunds/{id}</c>.</param>
/// <param name="Permission">What a restricted key needs, such as <c>charge_write</c>; null lets any key in.</param>
/// <param name="Spec">Accepted parameters.</param>
/// <param name="Effect">Name in the ledger, such as <c>refund.created</c>; null for reads.</param>
/// <param name="Run">Does it, inside the request's unit of work, and returns the object to answer with.</param>
internal sealed record Operation(
    string Method,
    string Template,
    string? Permission,
    Spec Spec,
    string? Effect,
    Func<Call, JsonObject> Run)
{
    public string[] Segments { get; } = Template.Split('/', StringSplitOptions.RemoveEmptyEntries);
}
