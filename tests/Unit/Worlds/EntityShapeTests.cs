using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.Worlds;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.Worlds;

/// <summary>Every object reads as the SDK's entity: no field the entity lacks, none of another type.</summary>
public sealed class EntityShapeTests
{
    private static readonly Dictionary<string, Type> Entities = new()
    {
        ["account"] = typeof(Account),
        ["application_fee"] = typeof(ApplicationFee),
        ["balance_transaction"] = typeof(BalanceTransaction),
        ["bank_account"] = typeof(BankAccount),
        ["billing.meter"] = typeof(Stripe.Billing.Meter),
        ["billing.meter_event"] = typeof(Stripe.Billing.MeterEvent),
        ["charge"] = typeof(Charge),
        ["coupon"] = typeof(Coupon),
        ["credit_note"] = typeof(CreditNote),
        ["customer"] = typeof(Customer),
        ["customer_balance_transaction"] = typeof(CustomerBalanceTransaction),
        ["discount"] = typeof(Discount),
        ["dispute"] = typeof(Dispute),
        ["event"] = typeof(Event),
        ["invoice"] = typeof(Invoice),
        ["invoiceitem"] = typeof(InvoiceItem),
        ["invoice_payment"] = typeof(InvoicePayment),
        ["payment_intent"] = typeof(PaymentIntent),
        ["payment_method"] = typeof(PaymentMethod),
        ["payout"] = typeof(Payout),
        ["price"] = typeof(Price),
        ["product"] = typeof(Product),
        ["refund"] = typeof(Refund),
        ["subscription"] = typeof(Subscription),
        ["subscription_schedule"] = typeof(SubscriptionSchedule),
        ["tax_rate"] = typeof(TaxRate),
        ["transfer"] = typeof(Transfer),
        ["transfer_reversal"] = typeof(TransferReversal),
    };

    private static readonly ConcurrentDictionary<Type, Dictionary<string, Type>> KnownFields = new();

    public static TheoryData<int> Seeds => SeededWorlds.Seeds;

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Object_OfAnyKind_ReadsAsItsEntity(int seed)
    {
        var account = SeededWorlds.Of(seed).Account;
        foreach (var kind in account.Kinds)
        {
            foreach (var value in account.All(kind).Take(80))
            {
                Check(value, Entities[kind]);
            }
        }
    }

    [Fact]
    public void PortalSession_WithFlow_ReadsAsItsEntity() => Check(
        PortalSessionObject.Create("bps_1", 1_700_000_000, "cus_1", "bpc_1", "secret", "https://lumen.example", PortalSessionObject.PaymentMethodUpdateFlow()),
        typeof(Stripe.BillingPortal.Session));

    [Fact]
    public void WebhookEndpoint_WithSecret_ReadsAsItsEntity() => Check(
        WebhookEndpointObject.Create("we_1", 1_700_000_000, "https://lumen.example/hook", ["*"], secret: "whsec_1"),
        typeof(WebhookEndpoint));

    [Fact]
    public void Unknown_FieldTheEntityLacks_IsNamedWithItsPath()
    {
        var invoice = JObject.Parse("""{"object":"invoice","charge":"ch_1","lines":{"data":[{"price":null,"pricing":{"plan":1}}]}}""");
        Unknown(invoice, typeof(Invoice), "invoice").ShouldBe(["invoice.charge", "invoice.lines.data[].price", "invoice.lines.data[].pricing.plan"]);
    }

    [Fact]
    public void Entity_OfAnInvoice_CarriesTheModernFields()
    {
        var world = SeededWorlds.Of(1);
        var entry = world.Entries("invoice_increases")[0];
        var invoice = JsonConvert.DeserializeObject<Invoice>(world.Account.Find(entry.Id("invoice"))!.ToJsonString())!;
        invoice.Parent.SubscriptionDetails.SubscriptionId.ShouldStartWith("sub_");
        var line = invoice.Lines.Data[0];
        line.Pricing.PriceDetails.PriceId.ShouldStartWith("price_");
        line.Parent.SubscriptionItemDetails.Proration.ShouldBeTrue();
        line.Parent.SubscriptionItemDetails.ProrationDetails.CreditedItems.Invoice.ShouldBe(entry.Id("previous_invoice"));
    }

    private static void Check(JsonObject value, Type type)
    {
        var text = Shown(value).ToJsonString();
        Should.NotThrow(() => JsonConvert.DeserializeObject(text, type), text);
        Unknown(JObject.Parse(text), type, value.Id("object")).ShouldBeEmpty();
    }

    /// <summary>Without the sandbox's own notes, which never leave it, and the key of meter events.</summary>
    private static JsonObject Shown(JsonObject value) => new(value
        .Where(field => !field.Key.StartsWith('_') && (field.Key != "id" || value.Text("object") != "billing.meter_event"))
        .Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())));

    /// <summary>Fields that the entity does not declare, as paths.</summary>
    private static IEnumerable<string> Unknown(JObject value, Type type, string path)
    {
        if (typeof(System.Collections.IDictionary).IsAssignableFrom(type) || type == typeof(object) || type.IsInterface || type == typeof(JObject))
        {
            return [];
        }

        var known = Fields(type);
        return value.Properties().SelectMany(field => known.TryGetValue(field.Name, out var inner)
            ? Inside(field.Value, inner, $"{path}.{field.Name}")
            : [$"{path}.{field.Name}"]);
    }

    private static IEnumerable<string> Inside(JToken value, Type type, string path) => value switch
    {
        JObject inner => Unknown(inner, Unwrap(type), path),
        JArray list => list.SelectMany(item => Inside(item, type.IsGenericType ? type.GetGenericArguments()[0] : type, path + "[]")),
        _ => [],
    };

    /// <summary>The entity inside an expandable field.</summary>
    private static Type Unwrap(Type type) =>
        type.IsGenericType && type.Name.StartsWith("ExpandableField", StringComparison.Ordinal) ? type.GetGenericArguments()[0] : type;

    private static Dictionary<string, Type> Fields(Type type) => KnownFields.GetOrAdd(type, ReadFields);

    private static Dictionary<string, Type> ReadFields(Type type) => type
        .GetProperties(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
        .Select(property => (Property: property, Name: property.GetCustomAttribute<JsonPropertyAttribute>()?.PropertyName))
        .Where(item => item.Name is not null)
        .GroupBy(item => item.Name!)
        .ToDictionary(group => group.Key, group => group.First().Property.PropertyType);

}
