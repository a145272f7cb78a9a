using System.Text.Json.Nodes;
using BillingCopilot.Billing.Charges;
using BillingCopilot.Billing.Invoices;
using BillingCopilot.Billing.Mistakes;
using BillingCopilot.Plugins.StripeApi.Projections;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.Worlds;
using BillingCopilot.Storage;
using Newtonsoft.Json;
using Stripe;

namespace BillingCopilot.Unit.BillingTests.Worlds;

/// <summary>What the API shows of a world, as the rules want it: read through Stripe's own types, never from the truth.</summary>
internal sealed class WorldHistory
{
    private static readonly Lazy<IReadOnlyList<WorldHistory>> OfTenSeeds =
        new(() => [.. Enumerable.Range(1, 10).AsParallel().AsOrdered().Select(seed => new WorldHistory(WorldCatalog.Build("lumen", seed, "small")))]);

    private readonly Dictionary<string, JsonObject> _discounts;
    private readonly Dictionary<string, JsonObject> _coupons;

    private WorldHistory(World world)
    {
        World = world;
        var account = world.Account;
        _discounts = account.All("discount").ToDictionary(d => d.Id());
        _coupons = account.All("coupon").ToDictionary(c => c.Id());
        var prices = account.All("price").Select(Read<Price>).ToDictionary(p => p.Id);
        var products = account.All("product").ToDictionary(p => p.Id(), p => p.Id("name"));
        var rates = account.All("tax_rate").Select(Read<TaxRate>).ToDictionary(r => r.Id);
        Invoices = [.. account.All("invoice").Select(i => (Raw: i, Facts: InvoiceFactsMap.Of(Read<Invoice>(Expanded(i)), prices, products, rates)))];
    }

    /// <summary>Worlds of the seeds 1 to 10, each built once.</summary>
    public static IReadOnlyList<WorldHistory> Ten => OfTenSeeds.Value;

    public World World { get; }

    public static TenantContext Tenant { get; } = new("default", "acct_1", false);

    /// <summary>Every object of a kind, as it is served.</summary>
    public IReadOnlyList<JsonObject> All(string kind) => World.Account.All(kind);

    /// <summary>Every invoice, as it is served and as the rules want it.</summary>
    public IReadOnlyList<(JsonObject Raw, InvoiceFacts Facts)> Invoices { get; }

    /// <summary>A history for each customer.</summary>
    public IEnumerable<(string Customer, BillingHistory History)> Customers()
    {
        var account = World.Account;
        var invoices = Invoices.ToLookup(i => i.Raw.Id("customer"), i => i.Facts);
        var subscriptions = account.All("subscription").ToLookup(s => s.Id("customer"), s => SubscriptionFactsMap.Of(Read<Subscription>(Expanded(s)), null));
        var paid = account.All("invoice_payment").Where(p => p.Text("status") != "canceled")
            .ToDictionary(p => p["payment"]!.AsObject().Id("payment_intent"), p => account.Find(p.Id("invoice"))!);
        var charges = account.All("charge").Where(c => c.Text("customer") is not null)
            .ToLookup(c => c.Id("customer"), c => ChargeFactsMap.Of(Read<Charge>(c), c.Text("payment_intent") is { } intent && paid.TryGetValue(intent, out var invoice) ? Read<Invoice>(invoice) : null));
        return account.All("customer").Select(c => (c.Id(), new BillingHistory([.. invoices[c.Id()]], [.. subscriptions[c.Id()]], [.. charges[c.Id()]])));
    }

    private JsonObject Expanded(JsonObject value)
    {
        var clone = (JsonObject)value.DeepClone();
        foreach (var off in (clone["total_discount_amounts"] as JsonArray ?? []).OfType<JsonObject>())
        {
            off["discount"] = Discount((string)off["discount"]!);
        }

        if (clone["object"]!.ToString() == "subscription")
        {
            clone["discounts"] = JsonFields.Array((clone["discounts"] as JsonArray ?? []).Select(d => Discount((string)d!)));
        }

        return clone;
    }

    private JsonObject Discount(string id)
    {
        var discount = (JsonObject)_discounts[id].DeepClone();
        discount["source"]!["coupon"] = _coupons[(string)discount["source"]!["coupon"]!].DeepClone();
        return discount;
    }

    internal static T Read<T>(JsonObject value) => JsonConvert.DeserializeObject<T>(value.ToJsonString())!;
}
