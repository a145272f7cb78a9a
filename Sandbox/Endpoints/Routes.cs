using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Short ways to declare endpoints.</summary>
internal sealed class Routes(Router router)
{
    public void Get(string template, string? permission, string spec, Func<Call, JsonObject> run) =>
        router.Add(new Operation("GET", template, permission, Spec.Of(spec), null, run));

    public void Post(string template, string permission, string? effect, string spec, Func<Call, JsonObject> run) =>
        router.Add(new Operation("POST", template, permission, Spec.Of(spec), effect, run));

    public void Delete(string template, string permission, string effect, string spec, Func<Call, JsonObject> run) =>
        router.Add(new Operation("DELETE", template, permission, Spec.Of(spec), effect, run));

    /// <summary>GET of one object of a kind.</summary>
    public void One(string template, string kind, string permission, string param = "id") =>
        Get(template, permission, "", call => call.Load(kind, param: param));

    /// <summary>GET of a list with equality filters.</summary>
    /// <param name="filters">Parameters, each with the path it compares when that differs: <c>subscription=parent.subscription_details.subscription</c>. Types and words as in <see cref="Spec"/>.</param>
    /// <param name="where">A further condition.</param>
    /// <param name="extra">Parameters that <paramref name="where"/> reads.</param>
    /// <param name="index">A value at an indexed path that every object of the answer has, for speed; null when the request names none.</param>
    public void List(
        string template, string kind, string permission, string filters = "", Func<Call, JsonObject, bool>? where = null, string extra = "",
        Func<Call, (string Path, string Value)?>? index = null)
    {
        var pairs = filters.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(f => f.Split('='))
            .Select(f => (Param: Name(f[0]), Path: Name(f[^1])))
            .ToList();
        var spec = string.Join(' ', filters.Split(' ').Select(f => f.Split('=')[0])) + " created:r " + extra + Listing.Paging;
        var indexed = pairs.Where(p => ObjectIndexes.Has(kind, p.Path)).ToList();
        Get(template, permission, spec, call =>
        {
            List<(string, string)> equal = [.. indexed.Where(p => call.Args.Text(p.Param) is not null).Select(p => (p.Path, call.Args.Text(p.Param)!))];
            if (index?.Invoke(call) is { } known)
            {
                equal.Add(known);
            }

            return Listing.Page(
                call, kind,
                o => pairs.All(p => Wanted(call.Args, p.Param) is not { } wanted || o.TextAt(p.Path) == wanted) && (where is null || where(call, o)),
                equal);
        });
    }

    /// <summary>The name of a filter without its type and words.</summary>
    private static string Name(string filter) => filter.Split(':', '(')[0];

    private static string? Wanted(Args args, string param) => args.Values[param]?.ToString() is { Length: > 0 } wanted ? wanted : null;
}
