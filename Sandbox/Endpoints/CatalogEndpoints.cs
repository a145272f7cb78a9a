using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Products and prices.</summary>
internal static class CatalogEndpoints
{
    private const string ProductFields = "active:b name description metadata:m unit_label url default_price statement_descriptor";
    private const string PriceFields =
        "active:b currency* unit_amount:i unit_amount_decimal:d product product_data:o{name* metadata:m} nickname lookup_key metadata:m tax_behavior billing_scheme tiers_mode "
        + "recurring:o{interval* interval_count:i usage_type meter} transform_quantity:o{divide_by*:i round*} transfer_lookup_key:b "
        + "tiers:l{up_to* unit_amount:i unit_amount_decimal:d flat_amount:i flat_amount_decimal:d}";

    public static void Map(Routes routes)
    {
        routes.List("/v1/products", "product", "product_read", "active:b", Wanted, "ids:l");
        routes.Post("/v1/products", "product_write", "product.created", "id " + ProductFields.Replace("name ", "name* "), CreateProduct);
        routes.One("/v1/products/{id}", "product", "product_read");
        routes.Post("/v1/products/{id}", "product_write", "product.updated", ProductFields, UpdateProduct);
        routes.Delete("/v1/products/{id}", "product_write", "product.deleted", "", call => Remove(call, "product"));
        routes.List("/v1/prices", "price", "plan_read", "active:b product type(one_time|recurring) currency", LookedUp, "lookup_keys:l recurring:o{interval(day|month|week|year) meter usage_type}");
        routes.Post("/v1/prices", "plan_write", "price.created", PriceFields, CreatePrice);
        routes.One("/v1/prices/{id}", "price", "plan_read");
        routes.Post("/v1/prices/{id}", "plan_write", "price.updated", "active:b nickname lookup_key metadata:m tax_behavior", UpdatePrice);
    }

    private static bool Wanted(Call call, JsonObject product) =>
        !call.Args.Has("ids") || call.Args.Texts("ids").Contains(product.Id());

    private static bool LookedUp(Call call, JsonObject price) =>
        (!call.Args.Has("lookup_keys") || call.Args.Texts("lookup_keys").Contains(price.Text("lookup_key")))
        && (call.Args.Map("recurring") ?? []).All(f => price.TextAt("recurring." + f.Key) == f.Value?.ToString());

    private static JsonObject CreateProduct(Call call)
    {
        var id = call.Args.Text("id") ?? call.Unit.NewId("prod");
        var product = call.Unit.Put(ProductObject.Create(id, call.Now, call.Args.Required("name")));
        call.Unit.Raise("product.created", id);
        return Apply(call, product);
    }

    private static JsonObject UpdateProduct(Call call) => Apply(call, call.Edit("product"));

    private static JsonObject Apply(Call call, JsonObject product)
    {
        product["active"] = call.Args.Bool("active") ?? (bool)product["active"]!;
        product["updated"] = call.Now;
        return Renamed(call, product, "name", "description", "unit_label", "url", "default_price", "statement_descriptor");
    }

    private static JsonObject Renamed(Call call, JsonObject target, params string[] texts)
    {
        foreach (var name in texts.Where(call.Args.Has))
        {
            target[name] = call.Args.Text(name);
        }

        Metadata.Merge(target, call.Args);
        return target;
    }

    private static JsonObject Remove(Call call, string kind)
    {
        call.Load(kind);
        call.Unit.Raise(kind + ".deleted", call.Id);
        return call.Unit.Delete(call.Id);
    }

    private static JsonObject CreatePrice(Call call)
    {
        var args = call.Args;
        var recurring = args.Object("recurring");
        PriceRules.Check(call);
        var price = PriceObject.Create(new PriceSpec
        {
            Id = call.Unit.NewId("price"),
            Created = call.Now,
            Product = PriceProduct(call),
            Currency = args.Required("currency").ToLowerInvariant(),
            UnitAmount = args.Int("unit_amount"),
            Interval = recurring?.Text("interval"),
            Meter = recurring?.Text("meter"),
            Tiers = args.Has("tiers") ? [.. args.Objects("tiers").Select(Tier)] : null,
            Nickname = args.Text("nickname"),
            LookupKey = args.Text("lookup_key"),
            TaxBehavior = args.Text("tax_behavior") ?? "unspecified",
            Active = args.Bool("active") ?? true,
        });
        PriceRules.Apply(call, price);
        price["metadata"] = Metadata.From(args);
        price["unit_amount_decimal"] = args.Text("unit_amount_decimal") ?? price.Text("unit_amount_decimal");
        if (recurring is not null)
        {
            price["recurring"]!["interval_count"] = recurring.Int("interval_count") ?? 1L;
            price["recurring"]!["usage_type"] = recurring.Text("usage_type") ?? (recurring.Text("meter") is null ? "licensed" : "metered");
        }

        if (price["tiers"] is not null)
        {
            price["tiers_mode"] = args.Text("tiers_mode") ?? throw ApiError.Missing("tiers_mode");
        }

        call.Unit.Raise("price.created", price.Id());
        return call.Unit.Put(price);
    }

    private static string PriceProduct(Call call)
    {
        if (call.Args.Object("product_data") is not { } data)
        {
            return call.Refer("product", "product").Id();
        }

        var product = ProductObject.Create(call.Unit.NewId("prod"), call.Now, data.Required("name"));
        call.Unit.Raise("product.created", product.Id());
        return call.Unit.Put(product).Id();
    }

    private static PriceTierSpec Tier(Args tier) => new(
        tier.Required("up_to") == "inf" ? null : long.Parse(tier.Required("up_to"), CultureInfo.InvariantCulture),
        tier.Int("unit_amount") ?? decimal.Parse(tier.Text("unit_amount_decimal") ?? "0", CultureInfo.InvariantCulture),
        tier.Int("flat_amount"));

    private static JsonObject UpdatePrice(Call call)
    {
        var price = call.Edit("price");
        price["active"] = call.Args.Bool("active") ?? (bool)price["active"]!;
        return Renamed(call, price, "nickname", "lookup_key", "tax_behavior");
    }
}
