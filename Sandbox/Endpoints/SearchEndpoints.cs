using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.Search;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class SearchEndpoints
{
    public static void Map(Routes routes)
    {
        Add(routes, "customers", "customer", "customer_read", "created:n email:s metadata name:s phone:s");
        Add(routes, "charges", "charge", "charge_read",
            "amount:n billing_details.address.postal_code created:n currency customer disputed metadata payment_method_details.card.brand payment_method_details.card.exp_month "
            + "payment_method_details.card.exp_year payment_method_details.card.fingerprint payment_method_details.card.last4 refunded status");
        Add(routes, "invoices", "invoice", "invoice_read",
            "created:n currency customer last_finalization_error_code=last_finalization_error.code last_finalization_error_type=last_finalization_error.type metadata number receipt_number status subscription=parent.subscription_details.subscription total:n");
        Add(routes, "payment_intents", "payment_intent", "payment_intent_read", "amount:n created:n currency customer metadata status");
        Add(routes, "subscriptions", "subscription", "subscription_read", "canceled_at:n created:n metadata status");
        Add(routes, "products", "product", "product_read", "active description:s metadata name:s shippable url:s");
        Add(routes, "prices", "price", "plan_read", "active currency lookup_key:s metadata product:s type");
    }

    /// <param name="fields">Names with type (see <see cref="SearchField"/>; a token without one) and path where that differs.</param>
    private static void Add(Routes routes, string path, string kind, string permission, string fields)
    {
        var known = fields.Split(' ').Select(f => f.Split('=')).ToDictionary(
            f => f[0].Split(':')[0],
            f => new SearchField(f[^1].Split(':')[0], f[0].Contains(':') ? f[0][^1] : 't'),
            StringComparer.Ordinal);
        routes.Get($"/v1/{path}/search", permission, "query* limit:i page", call => Search(call, kind, known));
    }

    private static JsonObject Search(Call call, string kind, IReadOnlyDictionary<string, SearchField> fields)
    {
        var query = SearchQuery.Parse(call.Args.Required("query"), fields);
        var exact = query.Exact.Where(pair => ObjectIndexes.Has(kind, pair.Path)).ToList();
        var candidates = exact.Count > 0 ? call.Unit.Where(kind, exact[0].Path, exact[0].Value) : call.Unit.All(kind);
        var found = candidates.Where(query.Matches).Reverse().OrderByDescending(o => o.Whole("created")).ToList();
        var limit = Listing.Limit(call.Args);
        var start = Start(call.Args.Text("page"));
        var more = found.Count > start + limit;
        var result = new JsonObject
        {
            ["object"] = "search_result",
            ["data"] = new JsonArray([.. found.Skip(start).Take(limit).Select(o => o.DeepClone())]),
            ["has_more"] = more,
            ["next_page"] = more ? Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes($"from:{start + limit}")) : null,
            ["url"] = call.Path,
        };
        if (call.Args.Texts("expand").Contains("total_count"))
        {
            result["total_count"] = found.Count;
        }

        return result;
    }

    private static int Start(string? page)
    {
        var bytes = new byte[page?.Length ?? 0];
        return page is null ? 0
            : Convert.TryFromBase64String(page, bytes, out var length)
                && int.TryParse(System.Text.Encoding.ASCII.GetString(bytes, 0, length).Replace("from:", ""), CultureInfo.InvariantCulture, out var start)
                    ? start
                    : throw ApiError.Invalid("Invalid page token.", "page");
    }
}
