import { travelApi } from "exitlab/domains/tool_use/bfcl/travel_api/travel_api.ts";
import { checkFacts, checkProperties, type Fact } from "./simulator_checks.ts";

const scenario = '{"credit_card_list": {"c": {"card_number": "1", "balance": 5000}}}';

// What the original gives to these calls, one after another.
const facts: readonly Fact[] = [
  [
    "authenticate_travel",
    '{"client_id": "i", "client_secret": "s", "refresh_token": "r", "grant_type": "read_write", "user_first_name": "Ann", "user_last_name": "Lee"}',
    '{"expires_in": 2, "access_token": "251675", "token_type": "Bearer", "scope": "read_write"}',
  ],
  [
    "get_flight_cost",
    '{"travel_from": "JFK", "travel_to": "LAX", "travel_date": "2024-11-15", "travel_class": "economy"}',
    '{"travel_cost_list": [1140.0]}',
  ],
  [
    "get_flight_cost",
    '{"travel_from": "JFK", "travel_to": "LAX", "travel_date": "2024-11-16", "travel_class": "first"}',
    '{"travel_cost_list": [2850.0]}',
  ],
  [
    "get_flight_cost",
    '{"travel_from": "LAX", "travel_to": "XXX", "travel_date": "2024-11-15", "travel_class": "economy"}',
    "Error during execution: No available route for the given airports.",
  ],
  ["set_budget_limit", '{"access_token": "251675", "budget_limit": 6000}', '{"budget_limit": 6000.0}'],
  [
    "book_flight",
    '{"access_token": "251675", "card_id": "c", "travel_date": "2024-11-15", "travel_from": "JFK", "travel_to": "LAX", "travel_class": "economy"}',
    '{"booking_status": false, "error": "Balance is less than budget limit"}',
  ],
  ["set_budget_limit", '{"access_token": "251675", "budget_limit": "5e3"}', '{"budget_limit": 5000.0}'],
  [
    "book_flight",
    '{"access_token": "251675", "card_id": "c", "travel_date": "2024-11-15", "travel_from": "JFK", "travel_to": "LAX", "travel_class": "economy"}',
    '{"booking_id": "5431449", "transaction_id": "59784505", "booking_status": true, "booking_history": {}}',
  ],
  ["get_credit_card_balance", '{"access_token": "251675", "card_id": "c"}', '{"card_balance": 3860.0}'],
  [
    "book_flight",
    '{"access_token": "251675", "card_id": "c", "travel_date": "2024-11-31", "travel_from": "JFK", "travel_to": "LAX", "travel_class": "economy"}',
    '{"booking_status": false, "error": "Invalid date format. Use YYYY-MM-DD."}',
  ],
  [
    "purchase_insurance",
    '{"access_token": "251675", "insurance_type": "all", "booking_id": "5431449", "insurance_cost": 5001, "card_id": "c"}',
    '{"insurance_status": false, "error": "Exceeded budget limit"}',
  ],
  [
    "purchase_insurance",
    '{"access_token": "251675", "insurance_type": "all", "booking_id": "5431449", "insurance_cost": 50.5, "card_id": "c"}',
    '{"insurance_id": "304283040", "insurance_status": true}',
  ],
  [
    "retrieve_invoice",
    '{"access_token": "251675", "booking_id": "5431449"}',
    '{"invoice": {"booking_id": "5431449", "travel_date": "2024-11-15", "travel_from": "JFK", "travel_to": "LAX", "travel_class": "economy", "travel_cost": 1140.0, "transaction_id": "59784505"}}',
  ],
  ["retrieve_invoice", '{"access_token": "251675"}', '{"error": "Booking not found"}'],
  [
    "contact_customer_support",
    '{"booking_id": "5431449", "message": "hello"}',
    '{"customer_support_message": "Thank you for contacting customer support. Your message has been received and we will get back to you shortly."}',
  ],
  ["cancel_booking", '{"access_token": "251675", "booking_id": "5431449"}', '{"cancel_status": true}'],
  [
    "cancel_booking",
    '{"access_token": "251675", "booking_id": "5431449"}',
    '{"cancel_status": false, "error": "Booking not found"}',
  ],
  ["get_credit_card_balance", '{"access_token": "no", "card_id": "c"}', '{"error": "Invalid access token"}'],
  [
    "get_credit_card_balance",
    '{"access_token": "251675", "card_id": "d"}',
    '{"error": "Card not registered. Here are a list of card_id\'s: [\'c\']"}',
  ],
  [
    "register_credit_card",
    '{"access_token": "251675", "card_number": "9", "expiration_date": "01/30", "cardholder_name": "Ann Lee", "card_verification_number": 1}',
    '{"card_id": "805850517397"}',
  ],
  [
    "compute_exchange_rate",
    '{"base_currency": "USD", "target_currency": "EUR", "value": 3}',
    '{"exchanged_value": 2.4000000000000004}',
  ],
  [
    "compute_exchange_rate",
    '{"base_currency": "GBP", "target_currency": "USD", "value": 10}',
    '{"exchanged_value": 14.29}',
  ],
  [
    "compute_exchange_rate",
    '{"base_currency": "USD", "target_currency": "RMB", "value": "5"}',
    '{"exchanged_value": 5555555.0}',
  ],
  [
    "compute_exchange_rate",
    '{"base_currency": "MXN", "target_currency": "USD", "value": 1000000000000000000000000000000}',
    '{"exchanged_value": 5e+28}',
  ],
  [
    "compute_exchange_rate",
    '{"base_currency": "GBP", "target_currency": "EUR", "value": 10}',
    "Error during execution: No available exchange rate for the given currencies.",
  ],
  [
    "verify_traveler_information",
    '{"first_name": "Ann", "last_name": "Lee", "date_of_birth": "2015-01-01", "passport_number": "US1"}',
    '{"verification_status": false, "verification_failure": "Traveler must be at least 18 years old."}',
  ],
  [
    "verify_traveler_information",
    '{"first_name": "Ann", "last_name": "Lee", "date_of_birth": "1990-02-29", "passport_number": "US1"}',
    '{"verification_status": false, "verification_failure": "Invalid date of birth format. Please use YYYY-MM-DD."}',
  ],
  [
    "verify_traveler_information",
    '{"first_name": "Ann", "last_name": "Lee", "date_of_birth": "1990-02-28", "passport_number": "GB1"}',
    '{"verification_status": false, "verification_failure": "Passport must be issued by the United States."}',
  ],
  [
    "verify_traveler_information",
    '{"first_name": "Ann", "last_name": "Lee", "date_of_birth": "1990-02-28", "passport_number": "US1"}',
    '{"verification_status": true}',
  ],
  [
    "verify_traveler_information",
    '{"first_name": "Bo", "last_name": "Lee", "date_of_birth": "1990-02-28", "passport_number": "US1"}',
    '{"verification_status": false, "verification_failure": "Cannot book flight information for another user.Expected Ann Lee, got Bo Lee"}',
  ],
  ["get_nearest_airport_by_city", '{"location": "Rivermist"}', '{"nearest_airport": "RMS"}'],
  ["get_nearest_airport_by_city", '{"location": "rivermist"}', '{"nearest_airport": "Unknown"}'],
];

Deno.test("TravelAPI gives what the original gives, call after call", () => {
  checkFacts(travelApi, scenario, facts);
});

Deno.test("TravelAPI is a pure reducer that survives JSON and raises only what Python would", () => {
  checkProperties(travelApi, scenario, [
    "251675",
    "c",
    "JFK",
    "LAX",
    "RMS",
    "2024-11-15",
    "1990-02-28",
    "economy",
    "first",
    "USD",
    "EUR",
    100n,
    0.5,
    "Ann",
    "US1",
  ]);
});
