using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Tax rates named by a parameter.</summary>
internal static class TaxRateArgs
{
    /// <summary>The documents, as Stripe inlines them.</summary>
    public static JsonArray Read(UnitOfWork unit, Args args, string name, string? param = null) =>
        JsonFields.Array(args.Texts(name).Select((id, i) => unit.Find(id) is { } rate && rate.Text("object") == "tax_rate"
            ? rate.DeepClone()
            : throw ApiError.NotFound("tax rate", id, $"{param ?? name}[{i}]", 400)));
}
