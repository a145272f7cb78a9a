using BillingCopilot.Storage;

namespace BillingCopilot.Plugins.StripeApi.Projections;

/// <summary>Stripe's instants as days in the tenant's zone.</summary>
internal static class Dates
{
    public static DateOnly Day(this TenantContext tenant, DateTime utc) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTimeFromUtc(DateTime.SpecifyKind(utc, DateTimeKind.Utc), Zone(tenant)));

    public static DateOnly? Day(this TenantContext tenant, DateTime? utc) => utc is { } instant ? tenant.Day(instant) : null;

    public static DateOnly Day(this TenantContext tenant, DateTimeOffset instant) => tenant.Day(instant.UtcDateTime);

    /// <summary>The UTC instant at which a day starts in the tenant's zone.</summary>
    public static DateTime StartOf(this TenantContext tenant, DateOnly day) =>
        TimeZoneInfo.ConvertTimeToUtc(day.ToDateTime(TimeOnly.MinValue), Zone(tenant));

    /// <summary>Stripe's dates come as UTC.</summary>
    public static DateTimeOffset Instant(DateTime utc) => new(DateTime.SpecifyKind(utc, DateTimeKind.Utc));

    private static TimeZoneInfo Zone(TenantContext tenant) => TimeZoneInfo.FindSystemTimeZoneById(tenant.TimeZone);
}
