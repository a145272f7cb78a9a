using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>What Lumen sells: products, prices in four currencies, the meter, coupons and tax rates.</summary>
internal sealed class Catalogue
{
    private static readonly string[] Currencies = ["usd", "eur", "jpy", "kwd"];
    private readonly Dictionary<string, JsonObject> _prices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonObject> _products = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonObject> _coupons = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonObject> _taxRates = new(StringComparer.Ordinal);
    private readonly List<JsonObject> _objects = [];
    private readonly StripeIds _ids;

    public Catalogue(SeededRandom random, string accountId)
    {
        _ids = new StripeIds(random.Stream("ids"), accountId);
        var meter = MeterObject.Create(_ids.Next("mtr", Calendar.Opened), Calendar.Opened, "API calls", "api_calls");
        _objects.Add(meter);
        AddFlat(random);
        AddMetered(meter.Id());
        AddCoupons();
        AddTaxRates();
    }

    /// <summary>Everything on sale, in the order it was made.</summary>
    public IReadOnlyList<JsonObject> Objects => _objects;

    /// <summary>A price by plan and currency, such as <c>team</c> and <c>usd</c>.</summary>
    public JsonObject Price(string plan, string currency) => _prices[$"{plan}_{currency}"];

    /// <summary>The product of a price.</summary>
    public JsonObject Product(JsonObject price) => _products.Values.First(product => product.Id() == price.Id("product"));

    public JsonObject Coupon(string code) => _coupons[code];

    /// <summary>The VAT rate of a country, or null where Lumen charges none.</summary>
    public JsonObject? TaxRate(string country) => _taxRates.GetValueOrDefault(country);

    private void AddFlat(SeededRandom random)
    {
        var dollars = random.Stream("prices");
        var team = dollars.Pick<long>([89, 99, 109, 119]);
        var business = dollars.Pick<long>([349, 379, 399, 449]);
        AddPlan("starter", "Lumen Starter", "One workspace, three dashboards.", dollars.Pick<long>([29, 35, 39]));
        AddPlan("team", "Lumen Team", "Shared workspaces; seats are billed on top.", team);
        AddPlan("team_2025", "Lumen Team", "", team - dollars.Pick<long>([10, 15, 20]), active: false);
        AddPlan("business", "Lumen Business", "Single sign-on, audit trail, priority support.", business);
        AddPlan("business_yearly", "Lumen Business", "", business * 10, interval: "year");
        AddPlan("seat", "Team seats", "One named user of a shared workspace.", dollars.Pick<long>([12, 14, 15, 18]), unit: "seat");
        AddPlan("workshop", "Onboarding workshop", "Half a day with a solution engineer.", 450, interval: null);
    }

    private void AddPlan(
        string key, string product, string description, long dollars, bool active = true, string? interval = "month", string? unit = null)
    {
        var productId = Product(product, description, unit);
        foreach (var currency in Currencies)
        {
            Add(key, new PriceSpec
            {
                Id = _ids.Next("price", Calendar.Opened),
                Created = Calendar.Opened,
                Product = productId,
                Currency = currency,
                UnitAmount = Convert(dollars, currency),
                Interval = interval,
                Active = active,
                LookupKey = active ? $"{key}_{currency}" : null,
                Nickname = interval switch { "year" => "Yearly", "month" => "Monthly", _ => null },
            });
        }
    }

    private void AddMetered(string meter)
    {
        var product = Product("API calls", "Calls of the ingestion and query API.", "call");
        foreach (var currency in new[] { "usd", "eur" })
        {
            Add("api", new PriceSpec
            {
                Id = _ids.Next("price", Calendar.Opened),
                Created = Calendar.Opened,
                Product = product,
                Currency = currency,
                Meter = meter,
                LookupKey = $"api_{currency}",
                Nickname = "Monthly, by use",
                Tiers = [new(10_000, 0m), new(100_000, 0.4m), new(null, 0.25m)],
            });
        }
    }

    private string Product(string name, string description, string? unit)
    {
        if (!_products.TryGetValue(name, out var product))
        {
            product = ProductObject.Create(_ids.Next("prod", Calendar.Opened), Calendar.Opened, name, description, unitLabel: unit);
            _products[name] = product;
            _objects.Add(product);
        }

        return product.Id();
    }

    private void Add(string key, PriceSpec spec)
    {
        var price = PriceObject.Create(spec);
        _prices[$"{key}_{spec.Currency}"] = price;
        var product = _products.Values.First(candidate => candidate.Id() == spec.Product);
        product["default_price"] ??= spec.Id;
        _objects.Add(price);
    }

    private void AddCoupons()
    {
        AddCoupon("WELCOME25", "Welcome offer, 6 months", 25m, "repeating", 6);
        AddCoupon("PARTNER40", "Partner referral, 3 months", 40m, "repeating", 3);
        AddCoupon("NONPROFIT10", "Nonprofit programme", 10m, "forever", null);
        AddCoupon("SORRY10", "Goodwill, next invoice", 10m, "once", null);
        AddCoupon("SORRY20", "Goodwill, next invoice", 20m, "once", null);
    }

    private void AddCoupon(string code, string name, decimal percent, string duration, long? months)
    {
        _coupons[code] = CouponObject.Create(code, Calendar.Opened, name, percentOff: percent, duration: duration, months: months);
        _objects.Add(_coupons[code]);
    }

    private void AddTaxRates()
    {
        (string Country, string Name, decimal Percent)[] rates =
            [("DE", "USt", 19m), ("FR", "TVA", 20m), ("NL", "BTW", 21m), ("ES", "IVA", 21m), ("JP", "JCT", 10m)];
        foreach (var (country, name, percent) in rates)
        {
            _taxRates[country] = TaxRateObject.Create(_ids.Next("txr", Calendar.Opened), Calendar.Opened, name, country, percent);
            _objects.Add(_taxRates[country]);
        }
    }

    /// <summary>Dollars to a price in another currency, rounded as a price list would be.</summary>
    private static long Convert(long dollars, string currency) => currency switch
    {
        "jpy" => dollars * 150,
        "kwd" => (dollars * 310 + 250) / 500 * 500,
        _ => dollars * 100,
    };
}
