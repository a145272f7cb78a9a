using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace BillingCopilot.Storage.Sqlite;

/// <summary>Instants as integers, so that SQLite compares and orders them as instants.</summary>
internal sealed class UnixMilliseconds() : ValueConverter<DateTimeOffset, long>(
    instant => instant.ToUnixTimeMilliseconds(),
    milliseconds => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
