using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Http;

/// <summary>What an endpoint sees of its request.</summary>
internal sealed record Call(string Path, IReadOnlyDictionary<string, string> Route, Args Args, UnitOfWork Unit)
{
    public string Id => Route["id"];

    /// <summary>World time in Unix seconds.</summary>
    public long Now => Unit.Now;

    /// <summary>The object in the path, or 404.</summary>
    public JsonObject Load(string kind, string? id = null, string param = "id") =>
        Unit.Find(id ?? Id) is { } found && (string?)found["object"] == kind && found["deleted"] is null
            ? found
            : throw ApiError.NotFound(Noun(kind), id ?? Id, param);

    /// <summary>The object in the path as a copy that is saved with the request.</summary>
    public JsonObject Edit(string kind, string? id = null, string param = "id") =>
        Unit.Edit((string)Load(kind, id, param)["id"]!);

    /// <summary>An object named by a parameter: a missing one is the parameter's fault (400).</summary>
    public JsonObject Refer(string kind, string param)
    {
        var id = Args.Required(param);
        return Unit.Find(id) is { } found && (string?)found["object"] == kind && found["deleted"] is null
            ? found
            : throw ApiError.NotFound(Noun(kind), id, param, 400);
    }

    private static string Noun(string kind) => kind switch
    {
        "payment_method" => "PaymentMethod",
        _ => kind,
    };
}
